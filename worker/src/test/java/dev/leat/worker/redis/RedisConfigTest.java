package dev.leat.worker.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class RedisConfigTest {
  @Test
  void url_saysHostPortDatabaseAndTls() {
    RedisConfig all = config("rediss://redis.example.org:6380/3");
    assertThat(all.host()).isEqualTo("redis.example.org");
    assertThat(all.port()).isEqualTo(6_380);
    assertThat(all.database()).isEqualTo(3);
    assertThat(all.isTls()).isTrue();

    RedisConfig least = config("redis://[::1]");
    assertThat(least.host()).isEqualTo("::1");
    assertThat(least.port()).isEqualTo(6_379);
    assertThat(least.database()).isZero();
    assertThat(least.isTls()).isFalse();

    assertThat(RedisConfig.NONE.isSet()).isFalse();
    assertThatThrownBy(() -> config("redis://a:70000")).hasMessageContaining("70000");
  }

  private static RedisConfig config(String url) {
    return new RedisConfig(url, "", "", "");
  }
}
