package dev.leat.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.cluster.ClusterConfig.Kubernetes;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class ClusterConfigTest {
  @Test
  void standard_usesNoKubernetes() {
    assertThat(ClusterConfig.DEFAULT.kubernetes().isUsed()).isFalse();
    assertThat(new Kubernetes("leat.default.svc", "", "").isUsed()).isTrue();
    assertThat(new Kubernetes("", "leat", "production").isUsed()).isTrue();
  }

  @Test
  void kubernetesWithoutAFixedPort_isRefusedWithTheRemedy() {
    assertThatThrownBy(() -> found("leat.svc", 0)).hasMessageContaining("set member-port");
    assertThat(found("leat.svc", 5701).memberPort()).isEqualTo(5701);
  }

  private static ClusterConfig found(String dns, int memberPort) {
    return new ClusterConfig("leat", memberPort, Duration.ZERO, new Kubernetes(dns, "", ""));
  }

  @Test
  void twoWaysAtOnce_areRefused() {
    assertThatThrownBy(() -> new Kubernetes("leat.svc", "leat", ""))
        .hasMessageContaining("set one of them");
    assertThatThrownBy(() -> new Kubernetes("leat.svc", "", "production"))
        .hasMessageContaining("service-name");
  }
}
