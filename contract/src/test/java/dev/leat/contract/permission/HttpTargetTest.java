package dev.leat.contract.permission;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class HttpTargetTest {
  @ParameterizedTest
  @CsvSource({
    "https://api.example.com, https://api.example.com/",
    "HTTPS://API.Example.COM:443/X, https://api.example.com/X",
    "http://a.example:80/x?q=https://b.example#f, http://a.example/x",
    "http://a.example:8080?q, http://a.example:8080/",
    "https://a.example/%7Euser/%41%2f%c3%a9, https://a.example/~user/A%2F%C3%A9",
    "https://127.0.0.1:9000/, https://127.0.0.1:9000/",
    "'https://[::1]:9000/x', 'https://[::1]:9000/x'",
    "https://xn--bcher-kva.example/, https://xn--bcher-kva.example/",
    "https://a.example/a/%2e%2E/b, https://a.example/a/../b",
  })
  void url_hasOneSpelling(String url, String spelled) {
    assertThat(HttpTarget.of(url)).map(HttpTarget::toString).contains(spelled);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "api.example.com",
        "//api.example.com/",
        "ftp://api.example.com/",
        "file:///etc/passwd",
        "https:///x",
        "https://:443/",
        "https://user@api.example.com/",
        "https://api.example.com:443@evil.example/",
        "https://api.example.com\\@evil.example/",
        "https://api.example.com./",
        "https://.example.com/",
        "https://-a.example/",
        "https://api.example.com:0/",
        "https://api.example.com:65536/",
        "https://api.example.com:/",
        "https://api.example.com:+80/",
        "https://api.example.com:80:80/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://127.0.0.1.2/",
        "https://256.0.0.1/",
        "https://[::1/",
        "https://[fe80::1%25eth0]/",
        "https://api.example.com/a b",
        "https://api.example.com/a\nHost: evil.example",
        "https://api.example.com/\u0000",
        "https://api.example.com/%zz",
        "https://api.example.com/%2",
        "https://b\u00fccher.example/",
        "https://api.example.com/\u00e9",
        "https://\uff41pi.example.com/",
        "https://api\u3002example.com/",
      })
  void oddUrl_isNone(String url) {
    assertThat(HttpTarget.of(url)).isEmpty();
  }

  @Test
  void longUrl_isNone() {
    String host = "https://a.example/";
    String longest = host + "x".repeat(HttpTarget.URL_CHARS_MAX - host.length());

    assertThat(HttpTarget.of(longest)).isPresent();
    assertThat(HttpTarget.of(longest + "x")).isEmpty();
    assertThat(HttpTarget.of("https://" + "a.".repeat(130) + "example/")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/a/../b",
        "/a/..",
        "/./b",
        "/a//b",
        "/a/%2e%2e/b",
        "/a%2fb",
        "/a%5cb",
        "/a/..;x=1/b",
        "/a/..%3b/b",
        "/a/%252e%252e/b",
        "/a%00"
      })
  void pathThatServersReadDifferently_isUnclear(String path) {
    HttpTarget target = HttpTarget.of("https://a.example" + path).orElseThrow();

    assertThat(target.isClear()).isFalse();
    assertThat(HttpTarget.of("https://a.example/a/b;c=1/...%20?d=/../"))
        .get()
        .matches(HttpTarget::isClear);
  }

  /** What was read is read the same again, and never throws. */
  @Test
  void anything_isReadOnceAndForAll() {
    long seed = Long.getLong("leat.seed", 13);
    Random random = new Random(seed);
    String letters = "ahtps:/.?#@%2eE[]*\\; \u00e9_-10";
    for (int i = 0; i < 100_000; i++) {
      StringBuilder url = new StringBuilder(random.nextBoolean() ? "https://a.example" : "http://");
      for (int left = random.nextInt(12); left > 0; left--) {
        url.append(letters.charAt(random.nextInt(letters.length())));
      }
      HttpTarget.of(url.toString())
          .ifPresent(target ->
              assertThat(HttpTarget.of(target.toString()))
                  .as("%s, rerun with -Dleat.seed=%s", url, seed)
                  .contains(target));
    }
  }
}
