package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.leat.contract.Finding;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * An answer that is no success.
 *
 * @param findings each single mistake, unless the detail says the same
 */
record ProblemAnswer(
    int status, String detail, String code, String requestId, List<Finding> findings) {
  private static final Set<String> LOGIN_NEEDED = Set.of("unauthenticated", "token-expired");

  private static final String LOG_IN = "Log in again: leat login URL --token-file FILE";

  ProblemAnswer {
    findings = List.copyOf(findings);
  }

  static ProblemAnswer of(HttpResponse<byte[]> answer) {
    JsonNode body = Json.parse(answer.body()).orElse(MissingNode.getInstance());
    String standard =
        "'" + answer.uri() + "' answered " + answer.statusCode() + " without saying why";
    String detail = body.path("detail").asText(standard);
    List<Finding> findings = new ArrayList<>();
    for (JsonNode finding : body.path("findings")) {
      String message = finding.path("message").asText();
      if (!message.equals(detail)) {
        findings.add(new Finding(finding.path("at").asText(), message));
      }
    }
    return new ProblemAnswer(
        answer.statusCode(),
        detail,
        body.path("code").asText(),
        body.path("requestId").asText(),
        findings);
  }

  /** What the user is told: the remedy that only the command knows is added. */
  Failure failure() {
    return Failure.refused(
        LOGIN_NEEDED.contains(code) ? sentence() + " " + LOG_IN : detail + request(), findings);
  }

  private String sentence() {
    return detail.endsWith(".") ? detail : detail + ".";
  }

  /** What an operator finds the failure by. */
  private String request() {
    return status >= 500 && !requestId.isEmpty() ? " (request " + requestId + ")" : "";
  }
}
