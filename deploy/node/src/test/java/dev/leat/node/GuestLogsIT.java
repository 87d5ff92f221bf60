package dev.leat.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.leat.node.NodeUnderTest.Workshop;
import dev.leat.testkit.Eventually;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What guests write is kept by invocation, for their tenant alone. */
@Timeout(180)
class GuestLogsIT {
  private static final String MANIFEST =
      "  route: {auth: public}\n  capabilities: {logging: true}\n";

  @TempDir private Path directory;
  private RunningNode node;
  private Workshop acme;

  @BeforeEach
  void start() {
    node = RunningNode.start(directory);
    acme = node.workshop("acme");
    acme.deploy("chatty", Guests.logging("hello"), MANIFEST);
  }

  @AfterEach
  void stop() {
    node.close();
  }

  @Test
  void lines_areKeptByInvocation_andFollowed() {
    String first = acme.call("POST", "chatty").send().header("x-request-id");
    Eventually.holds("the line is kept", () -> logs("").path("items").size() == 1);
    JsonNode lines = logs("");
    JsonNode line = lines.path("items").path(0);
    assertThat(line.path("text").asText()).isEqualTo("hello");
    assertThat(line.path("level").asText()).isEqualTo("error");
    assertThat(line.path("invocation").asText()).isEqualTo(first);

    acme.call("POST", "chatty").send();
    String after = "?after=" + lines.path("last").asText();
    Eventually.holds("the next line is kept", () -> logs(after).path("items").size() == 1);
    assertThat(
            acme.request("GET", "/invocations/" + first + "/logs")
                .operator()
                .send()
                .json()
                .path("items"))
        .containsExactly(line);
  }

  @Test
  void linesOfAnotherTenant_areNotThere() {
    String id = acme.call("POST", "chatty").send().header("x-request-id");
    Eventually.holds("the line is kept", () -> logs("").path("items").size() == 1);
    Workshop other = node.workshop("other");

    assertThat(
            other
                .request("GET", "/invocations/" + id + "/logs")
                .operator()
                .send()
                .json()
                .path("items"))
        .isEmpty();
    assertThat(
            other.request("GET", "/functions/chatty/logs").operator().send().json().path("items"))
        .isEmpty();
    assertThat(other.request("GET", "/invocations/" + id).operator().send().status())
        .isEqualTo(404);
  }

  @Test
  void malformedPosition_isRefused() {
    assertThat(acme.request("GET", "/functions/chatty/logs?after=x").operator().send().status())
        .isEqualTo(400);
  }

  private JsonNode logs(String query) {
    return acme.request("GET", "/functions/chatty/logs" + query).operator().send().json();
  }
}
