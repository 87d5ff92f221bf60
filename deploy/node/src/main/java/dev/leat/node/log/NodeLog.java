package dev.leat.node.log;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.OutputStreamAppender;
import java.util.Iterator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The log of this process, which all nodes in it share. */
public final class NodeLog {
  private NodeLog() {}

  /** Has it written as the configuration says, from now on. */
  public static void write(LogFormat format) {
    if (format == LogFormat.JSON
        && LoggerFactory.getILoggerFactory() instanceof LoggerContext log) {
      writeJson(log);
    }
  }

  static void writeJson(LoggerContext log) {
    Iterator<Appender<ILoggingEvent>> appenders =
        log.getLogger(Logger.ROOT_LOGGER_NAME).iteratorForAppenders();
    while (appenders.hasNext()) {
      if (appenders.next() instanceof OutputStreamAppender<ILoggingEvent> lines) {
        JsonLines json = new JsonLines();
        json.setContext(log);
        json.start();
        lines.setEncoder(json);
      }
    }
  }
}
