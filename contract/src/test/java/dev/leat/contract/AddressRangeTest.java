package dev.leat.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class AddressRangeTest {
  @ParameterizedTest
  @CsvSource({
    "10.1.2.3, 10.1.2.3, 80, true",
    "10.1.2.3, 10.1.2.4, 80, false",
    "10.1.0.0/16, 10.1.255.255, 1, true",
    "10.1.0.0/16, 10.2.0.0, 1, false",
    "10.1.2.3/9, 10.127.0.1, 1, true",
    "10.1.2.3/9, 10.128.0.1, 1, false",
    "0.0.0.0/0, 255.255.255.255, 1, true",
    "127.0.0.1:8080, 127.0.0.1, 8080, true",
    "127.0.0.1:8080, 127.0.0.1, 8081, false",
    "[fd00::]/8, fdff::1, 443, true",
    "[fd00::]/8, fe00::1, 443, false",
    "[::1]:8443, ::1, 8443, true",
    "[::]/0, 1.2.3.4, 1, false",
    "0.0.0.0/0, ::1, 1, false"
  })
  void contains(String range, String address, int port, boolean expected) {
    AddressRange read = AddressRange.of(range).orElseThrow();

    assertThat(read.contains(InetAddress.ofLiteral(address), port)).isEqualTo(expected);
    assertThat(range).matches(AddressRange.PATTERN);
    assertThat(AddressRange.of(read.toString())).contains(read);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "localhost",
        "10.1",
        "010.1.2.3",
        "256.1.1.1",
        "10.1.2.3/33",
        "10.1.2.3/-1",
        "10.1.2.3:0",
        "10.1.2.3:65536",
        "10.1.2.3:80/16",
        "::1",
        "[::1",
        "[::1%eth0]",
        "[10.1.2.3]",
        "[::ffff:10.1.2.3]",
        "[::1]/129",
        "10.1.2.3 ",
        "http://10.1.2.3"
      })
  void whatIsNone(String text) {
    assertThat(AddressRange.of(text)).isEmpty();
  }
}
