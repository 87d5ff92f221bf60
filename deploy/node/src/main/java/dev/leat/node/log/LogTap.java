package dev.leat.node.log;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import dev.leat.contract.Excerpt;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Hands each line of this process's log on, besides its being written. */
public final class LogTap implements AutoCloseable {
  private static final int STACK_CHARS_MAX = 4_000;

  private final Tap tap;

  private LogTap(Tap tap) {
    this.tap = tap;
  }

  /**
   * @param lines must not wait, nor log
   */
  public static LogTap into(Consumer<LoggedLine> lines) {
    Tap tap = new Tap(lines);
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext log) {
      tap.setContext(log);
      tap.start();
      log.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(tap);
    }
    return new LogTap(tap);
  }

  @Override
  public void close() {
    if (tap.getContext() instanceof LoggerContext log) {
      log.getLogger(Logger.ROOT_LOGGER_NAME).detachAppender(tap);
      tap.stop();
    }
  }

  private static LoggedLine line(ILoggingEvent event) {
    LogFields fields = LogFields.of(event.getMessage(), event.getArgumentArray());
    return new LoggedLine(
        event.getInstant(),
        Level.valueOf(event.getLevel().toString()),
        LogFields.stream(event.getLoggerName()),
        event.getLoggerName(),
        fields.message(),
        fields.fields(),
        event.getThrowableProxy() == null
            ? null
            : Excerpt.of(ThrowableProxyUtil.asString(event.getThrowableProxy()), STACK_CHARS_MAX));
  }

  private static final class Tap extends AppenderBase<ILoggingEvent> {
    private final Consumer<LoggedLine> lines;

    Tap(Consumer<LoggedLine> lines) {
      this.lines = lines;
    }

    @Override
    protected void append(ILoggingEvent event) {
      lines.accept(line(event));
    }
  }
}
