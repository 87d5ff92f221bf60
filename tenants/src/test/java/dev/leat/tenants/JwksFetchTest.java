package dev.leat.tenants;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class JwksFetchTest {
  /** A slow one costs a thread that waits, for no longer than the time that it is given. */
  @Test
  void fetch_slowEndpoint_endsInItsTime() {
    try (Provider provider = new Provider();
        JwksFetch fetch = new JwksFetch(Duration.ofMillis(200))) {
      URI uri = URI.create(provider.url());
      provider.does(exchange -> {}); // never begins
      assertThatThrownBy(() -> fetch.fetch(uri)).isInstanceOf(JwksFetch.Failed.class);

      provider.does(exchange -> {
        exchange.sendResponseHeaders(200, 0); // and never ends
        exchange.getResponseBody().write("{\"keys\":[".getBytes(StandardCharsets.UTF_8));
        exchange.getResponseBody().flush();
      });
      assertThatThrownBy(() -> fetch.fetch(uri)).isInstanceOf(JwksFetch.Failed.class);
    }
  }

  @Test
  void fetch_asLongAsItMayBe_isWhole_longerIsNot() throws JwksFetch.Failed {
    try (Provider provider = new Provider();
        JwksFetch fetch = new JwksFetch(Duration.ofSeconds(30))) {
      URI uri = URI.create(provider.url());
      provider.answers(200, "x".repeat(JwksFetch.BYTES_MAX));
      assertThat(fetch.fetch(uri)).hasSize(JwksFetch.BYTES_MAX);

      provider.answers(200, "x".repeat(JwksFetch.BYTES_MAX + 1));
      assertThatThrownBy(() -> fetch.fetch(uri)).isInstanceOf(JwksFetch.Failed.class);
    }
  }

  @Test
  void fetch_redirect_isNotFollowed() {
    try (Provider provider = new Provider();
        Provider elsewhere = new Provider();
        JwksFetch fetch = new JwksFetch(Duration.ofSeconds(30))) {
      provider.does(exchange -> {
        exchange.getResponseHeaders().add("Location", elsewhere.url());
        Provider.answer(exchange, 302, "");
      });

      assertThatThrownBy(() -> fetch.fetch(URI.create(provider.url()))).hasMessageContaining("302");
      assertThat(elsewhere.asked).hasValue(0);
    }
  }
}
