package dev.leat.worker.capability.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.testkit.Seed;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PublicAddressesTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",
        "100.127.255.255",
        "100.100.100.200",
        "127.0.0.1",
        "127.255.255.255",
        "168.63.129.16",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::10.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:808:808::1",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1"
      })
  void special(String address) {
    assertThat(PublicAddresses.isPublic(InetAddress.ofLiteral(address))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.1.1.1",
        "8.8.8.8",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "2606:4700::1111",
        "2a00::1",
        "2001:4860:4860::8888",
        "64:ff9b::8.8.8.8",
        "::ffff:8.8.8.8"
      })
  void ofEverybody(String address) {
    assertThat(PublicAddresses.isPublic(InetAddress.ofLiteral(address))).isTrue();
  }

  /** Java's own words for some of them are never contradicted, in whatever form they come. */
  @Test
  void random_noneOfThoseThatJavaKnowsAsSpecial() throws UnknownHostException {
    Seed seed = Seed.orElse(12);
    Random random = seed.random();
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[i % 2 == 0 ? 4 : 16];
      random.nextBytes(bytes);
      if (bytes.length == 16 && random.nextBoolean()) { // an IPv4 address within
        byte[] prefix = InetAddress.ofLiteral("64:ff9b::").getAddress();
        System.arraycopy(prefix, 0, bytes, 0, 12);
      }
      InetAddress address = InetAddress.getByAddress(bytes);
      InetAddress reached = PublicAddresses.reached(address);
      if (reached.isLoopbackAddress()
          || reached.isAnyLocalAddress()
          || reached.isLinkLocalAddress()
          || reached.isSiteLocalAddress()
          || reached.isMulticastAddress()) {
        assertThat(PublicAddresses.isPublic(address)).as("%s, %s", seed, address).isFalse();
      }
    }
  }

  /** Whatever address an interface has, public or not. */
  @Test
  void addressesOfThisMachine_areItsOwn() throws Exception {
    OwnAddresses own = new OwnAddresses();

    assertThat(NetworkInterface.networkInterfaces().flatMap(NetworkInterface::inetAddresses))
        .allMatch(address -> own.contain(PublicAddresses.reached(address)));
    assertThat(own.contain(InetAddress.ofLiteral("127.0.0.1"))).isTrue();
    assertThat(own.contain(InetAddress.ofLiteral("192.0.2.1"))).isFalse();
  }
}
