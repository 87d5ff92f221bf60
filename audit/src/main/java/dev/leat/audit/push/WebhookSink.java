package dev.leat.audit.push;

import dev.leat.audit.AuditChain;
import dev.leat.audit.AuditRecord;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/**
 * An HTTP server that takes JSON lines by POST, each as {@code leat audit export} writes it. What
 * it answers 2xx to is taken; a record may come twice, with the same {@code seq}.
 */
public final class WebhookSink implements AuditSink {
  private static final Duration PATIENCE = Duration.ofMillis(PATIENCE_MILLIS);

  private final URI url;
  private final String token;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NEVER)
          .connectTimeout(PATIENCE)
          .build();

  /**
   * @param token sent as a bearer token; empty for none
   */
  public WebhookSink(URI url, String token) {
    this.url = url;
    this.token = token;
  }

  @Override
  public String name() {
    return "webhook";
  }

  @Override
  public void send(List<AuditRecord> records) throws IOException {
    String lines =
        records.stream()
            .map(record -> AuditChain.text(AuditChain.line(record)))
            .collect(Collectors.joining());
    HttpRequest.Builder request =
        HttpRequest.newBuilder(url)
            .timeout(PATIENCE)
            .header("Content-Type", "application/x-ndjson")
            .POST(BodyPublishers.ofString(lines));
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    try {
      HttpResponse<Void> answer = http.send(request.build(), BodyHandlers.discarding());
      if (answer.statusCode() / 100 != 2) {
        throw new IOException("The webhook answered " + answer.statusCode());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted", e);
    }
  }
}
