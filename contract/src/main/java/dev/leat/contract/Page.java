package dev.leat.contract;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * A part of a longer list.
 *
 * @param items in the list's order
 * @param next the cursor that gives the items after these; empty on the last page
 */
public record Page<T>(List<T> items, Optional<String> next) {
  /** The longest page; who asks for more gets this many. */
  public static final int ITEMS_MAX = 200;

  public Page {
    items = List.copyOf(items);
  }

  /**
   * The page that begins what was found.
   *
   * @param found the items from the page's first on, one more than the page holds if there are more
   * @param most how many the page holds
   * @param cursorAfter the cursor that continues after an item
   */
  public static <T> Page<T> of(List<T> found, int most, Function<T, String> cursorAfter) {
    return found.size() <= most
        ? new Page<>(found, Optional.empty())
        : new Page<>(found.subList(0, most), Optional.of(cursorAfter.apply(found.get(most - 1))));
  }

  /** The page without some of its items; what comes after it stays. */
  public Page<T> filter(Predicate<T> shown) {
    return new Page<>(items.stream().filter(shown).toList(), next);
  }

  /**
   * How many items a page has at the most when this many are asked for: 1 to {@link #ITEMS_MAX}.
   */
  public static int limit(int asked) {
    return Math.clamp(asked, 1, ITEMS_MAX);
  }

  /** The position that a numeric cursor stands for; refused if it is none. */
  public static Answer<Long> position(Optional<String> cursor, long start) {
    try {
      return Answer.done(cursor.map(Long::parseLong).orElse(start));
    } catch (NumberFormatException e) {
      return Answer.refused(
          ProblemCode.INVALID_REQUEST,
          "The cursor is not one that was given. Start without a cursor.");
    }
  }
}
