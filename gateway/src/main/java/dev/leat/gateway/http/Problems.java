package dev.leat.gateway.http;

import dev.leat.contract.Finding;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** Writes problems as {@code application/problem+json} (RFC 9457, 3). */
public final class Problems {
  public static final String MEDIA_TYPE = "application/problem+json";

  /** A name, not an address: docs/ERRORS.md tells what each code means and what to do. */
  private static final String TYPE_BASE = "urn:leat:problem:";

  /** For those who do not know better when there may be room again. */
  private static final String RETRY_AFTER_SECONDS = "1";

  private Problems() {}

  /**
   * Answers with the problem; does nothing when the response has gone out already.
   *
   * @param requestId also set as {@code X-Request-Id}
   * @param instance the path of the request
   */
  public static void write(
      HttpServerResponse response, Problem problem, String requestId, String instance) {
    if (response.ended() || response.closed()) {
      return;
    }
    ProblemCode code = problem.code();
    response
        .setStatusCode(code.status())
        .putHeader("content-type", MEDIA_TYPE)
        .putHeader("x-request-id", requestId)
        .putHeader("leat-error-source", code.source().word());
    if (code.status() == 401) {
      response.putHeader("www-authenticate", "Bearer");
    }
    if ((code.status() == 503 || code.status() == 429)
        && !response.headers().contains("retry-after")) {
      response.putHeader("retry-after", RETRY_AFTER_SECONDS);
    }
    var unused = response.end(json(problem, requestId, instance).toBuffer());
  }

  static JsonObject json(Problem problem, String requestId, String instance) {
    ProblemCode code = problem.code();
    JsonObject json =
        new JsonObject()
            .put("type", TYPE_BASE + code.word())
            .put("title", code.title())
            .put("status", code.status())
            .put("detail", problem.detail())
            .put("instance", instance)
            .put("code", code.word())
            .put("requestId", requestId)
            .put("retryable", code.isRetryable());
    if (!problem.findings().isEmpty()) {
      JsonArray findings = new JsonArray();
      for (Finding finding : problem.findings()) {
        findings.add(new JsonObject().put("at", finding.at()).put("message", finding.message()));
      }
      json.put("findings", findings);
    }
    return json;
  }
}
