package dev.leat.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A node of a cluster without the role gateway. */
class NoGatewayTest {
  private static GatewayUnderTest node;

  @BeforeAll
  static void start() {
    node = GatewayUnderTest.startWithoutRole();
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/health/live", "/health/ready", "/metrics"})
  void whatOperatorsLookAt_isThere(String path) {
    assertThat(node.get(path).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/f/acme/open", "/v1/tenants", "/v1/openapi.json", "/v1/whoami", "/", "/nothing"})
  void allElse_isNotOnThisNode(String path) {
    String operator = "Bearer " + node.operator();
    for (String method : new String[] {"GET", "POST", "DELETE"}) {
      Received received = node.request(method, path, Map.of("Authorization", operator), "");

      assertThat(received.problem()).as(method).isEqualTo("404 not-found");
      assertThat(received.body())
          .contains(
              "This node has no role gateway: it answers /health/live, /health/ready and /metrics"
                  + " alone. Ask a node that has it.");
    }
  }

  @Test
  void metrics_fromElsewhere_needAnOperatorStill() {
    Map<String, String> handedOn = Map.of("Via", "1.1 proxy");

    assertThat(node.request("GET", "/metrics", handedOn, "").problem())
        .isEqualTo("401 unauthenticated");
  }
}
