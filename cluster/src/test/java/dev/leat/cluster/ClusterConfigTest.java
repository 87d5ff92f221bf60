package dev.leat.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.cluster.ClusterConfig.Kubernetes;
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
    assertThatThrownBy(() -> new ClusterConfig("leat", 0, new Kubernetes("leat.svc", "", "")))
        .hasMessageContaining("set member-port");
    assertThat(new ClusterConfig("leat", 5701, new Kubernetes("leat.svc", "", "")).memberPort())
        .isEqualTo(5701);
  }

  @Test
  void twoWaysAtOnce_areRefused() {
    assertThatThrownBy(() -> new Kubernetes("leat.svc", "leat", ""))
        .hasMessageContaining("set one of them");
    assertThatThrownBy(() -> new Kubernetes("leat.svc", "", "production"))
        .hasMessageContaining("service-name");
  }
}
