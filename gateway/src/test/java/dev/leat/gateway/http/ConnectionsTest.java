package dev.leat.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConnectionsTest {
  @ParameterizedTest
  @CsvSource({
    "192.0.2.7,192.0.2.7",
    "2001:db8:1:2:3:4:5:6,20:01:0d:b8:00:01:00:02::/64",
    "2001:db8:1:2::9,20:01:0d:b8:00:01:00:02::/64",
    "::1,00:00:00:00:00:00:00:00::/64"
  })
  void address_isThatOfTheNetwork(String peer, String address) {
    assertThat(Connections.address(SocketAddress.inetSocketAddress(1, peer))).isEqualTo(address);
  }

  @Test
  void counts_areBoundedByAddressAndInAll() {
    ConnectionCounts counts = new ConnectionCounts(3, 2);

    assertThat(counts.opened("a")).isTrue();
    assertThat(counts.opened("a")).isTrue();
    assertThat(counts.opened("a")).as("a third of one address").isFalse();
    assertThat(counts.opened("b")).isTrue();
    assertThat(counts.opened("c")).as("a fourth of all").isFalse();
    assertThat(counts.refused()).isEqualTo(2);
    counts.closed("a");
    assertThat(counts.opened("c")).isTrue();
    assertThat(counts.open()).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource({
    "0,10000,false",
    "0,10001,true",
    "81920,20000,false",
    "81919,20001,true",
    "67108864,300000,false",
    "67108864,300001,true"
  })
  void isTooSlow_afterTheGraceBelowTheRateOrAfterTheTime(
      long bytes, long millis, boolean isTooSlow) {
    assertThat(ConnectionLimits.DEFAULT.isTooSlow(bytes, Duration.ofMillis(millis).toNanos()))
        .isEqualTo(isTooSlow);
  }
}
