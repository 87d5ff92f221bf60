package dev.leat.node.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.leat.gateway.pipeline.EndedRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

@Timeout(30)
class AccessLogTest {
  private static EndedRequest request(String id, String path) {
    return new EndedRequest(
        id,
        "GET",
        path,
        200,
        5,
        1_234_567,
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        null,
        "127.0.0.1",
        null,
        "getLiveness",
        null,
        "");
  }

  @Test
  void add_queueFull_isLeftOutAndCounted() {
    AccessLog log = new AccessLog(); // nobody writes

    for (int i = 0; i < AccessLog.QUEUED_MAX + 3; i++) {
      log.add(request("r", "/"));
    }

    assertThat(log.dropped()).isEqualTo(3);
  }

  @Test
  void close_writesWhatIsLeft_eachInALine() {
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    Logger logger = (Logger) LoggerFactory.getLogger("leat.access");
    lines.start();
    logger.addAppender(lines);
    AccessLog log = new AccessLog();
    log.add(request("r-7", "/a\nb"));
    log.start();

    log.close();
    logger.detachAppender(lines);

    assertThat(lines.list.stream().map(ILoggingEvent::getFormattedMessage))
        .contains(
            "Request method=\"GET\" path=\"/a\\u000ab\" status=200 bytes=5 ms=1.235"
                + " request=\"r-7\" trace=0af7651916cd43dd8448eb211c80319c function=null"
                + " operation=getLiveness outcome=null caller=\"null\" address=127.0.0.1");
  }
}
