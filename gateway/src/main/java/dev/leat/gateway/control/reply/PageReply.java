package dev.leat.gateway.control.reply;

import dev.leat.contract.Page;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A page of a list, or all of it; {@code next} is the cursor of the page after it. */
public record PageReply<T>(List<T> items, @Nullable String next) {
  public static <F, T> PageReply<T> of(Page<F> page, Function<? super F, ? extends T> reply) {
    return new PageReply<>(page.items().stream().<T>map(reply).toList(), page.next().orElse(null));
  }

  /** All of them. */
  public static <F, T> PageReply<T> all(List<F> found, Function<? super F, ? extends T> reply) {
    return new PageReply<>(found.stream().<T>map(reply).toList(), null);
  }
}
