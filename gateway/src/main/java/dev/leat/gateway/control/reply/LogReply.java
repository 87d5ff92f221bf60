package dev.leat.gateway.control.reply;

import dev.leat.invocations.LogLine;
import dev.leat.invocations.LogStore;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Predicate;

/**
 * Lines of guests' logs in their order.
 *
 * @param last the position after which whoever follows asks for more
 */
public record LogReply(List<Line> items, String last) {
  /**
   * @param after the position that was asked for
   * @param shown whether the caller may see the line
   */
  public static LogReply of(
      List<LogStore.Kept> lines, OptionalLong after, Predicate<LogLine> shown) {
    long last = lines.isEmpty() ? after.orElse(LogStore.START) : lines.getLast().position();
    return new LogReply(
        lines.stream().map(LogStore.Kept::line).filter(shown).map(Line::of).toList(),
        Long.toString(last));
  }

  /** A line. */
  public record Line(
      String time, String function, int version, String invocation, String level, String text) {
    static Line of(LogLine line) {
      return new Line(
          line.at().toString(),
          line.function().name().value(),
          line.version(),
          line.invocation(),
          line.level(),
          line.text());
    }
  }
}
