package dev.leat.node.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.OutputStreamAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.TenantId;
import dev.leat.worker.capability.logging.LogText;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class JsonLinesTest {
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final LoggerContext log = log(written);

  private static LoggerContext log(ByteArrayOutputStream written) {
    LoggerContext log = new LoggerContext();
    log.setMDCAdapter(new LogbackMDCAdapter());
    OutputStreamAppender<ILoggingEvent> appender = new OutputStreamAppender<>();
    appender.setContext(log);
    JsonLines replaced = new JsonLines();
    replaced.setContext(log);
    replaced.start();
    appender.setEncoder(replaced);
    appender.setOutputStream(written);
    appender.start();
    Logger root = log.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.addAppender(appender);
    root.setLevel(Level.INFO);
    NodeLog.writeJson(log);
    return log;
  }

  /** The only line. */
  private JsonNode line() throws Exception {
    String text = written.toString(StandardCharsets.UTF_8);
    assertThat(text).endsWith("\n").containsOnlyOnce("\n");
    return new ObjectMapper().readTree(text);
  }

  @Test
  void keys_areFields_andAFunctionIsTwo() throws Exception {
    FunctionRef function = new FunctionRef(new TenantId("acme"), new FunctionName("resize"));

    log.getLogger("dev.leat.X")
        .warn("A module cannot be loaded: function={} request={} attempts={}", function, "r-1", 3);

    JsonNode line = line();
    assertThat(line.path("time").asText()).matches("\\d{4}-\\d\\d-\\d\\dT.*Z");
    assertThat(line.path("level").asText()).isEqualTo("WARN");
    assertThat(line.path("log").asText()).isEqualTo("node");
    assertThat(line.path("message").asText()).isEqualTo("A module cannot be loaded");
    assertThat(line.path("tenant").asText()).isEqualTo("acme");
    assertThat(line.path("function").asText()).isEqualTo("resize");
    assertThat(line.path("request").asText()).isEqualTo("r-1");
    assertThat(line.path("attempts").asInt()).isEqualTo(3);
  }

  @Test
  void guestsText_isItsOwn_andEndsNoLine() throws Exception {
    log.getLogger("leat.guest")
        .info("request={} text=\"{}\"", "r", new LogText("a\n{\"log\":\"node\"}"));

    assertThat(line().path("log").asText()).isEqualTo("guest");
    assertThat(line().path("text").asText()).isEqualTo("a\n{\"log\":\"node\"}");
  }

  @Test
  void valueWithoutAKey_staysInTheMessage() throws Exception {
    log.getLogger("x").info("It took {} of request={}", 3, "r");

    assertThat(line().path("message").asText()).isEqualTo("It took 3 of request=r");
    assertThat(line().has("request")).isFalse();
  }

  @Test
  void keyOfTheLinesOwn_isRenamed_nullIsLeftOut() throws Exception {
    log.getLogger("x").info("Told level={} trace={}", "high", null);

    assertThat(line().path("level").asText()).isEqualTo("INFO");
    assertThat(line().path("level_").asText()).isEqualTo("high");
    assertThat(line().has("trace")).isFalse();
  }

  @Test
  void failure_isAFieldWithItsFrames() throws Exception {
    log.getLogger("x").error("It failed request={}", "r", new IllegalStateException("why"));

    assertThat(line().path("error").asText()).isEqualTo("java.lang.IllegalStateException: why");
    assertThat(line().path("stack").asText()).contains("JsonLinesTest");
    assertThat(line().path("request").asText()).isEqualTo("r");
  }
}
