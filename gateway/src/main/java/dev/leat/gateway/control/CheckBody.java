package dev.leat.gateway.control;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.databind.JsonNode;
import dev.leat.contract.Finding;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import dev.leat.documents.StrictJson;
import dev.leat.gateway.pipeline.Next;
import dev.leat.gateway.pipeline.Step;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * Reads JSON bodies and holds them to the document's schema, so that an operation sees only what
 * the document allows. They are of up to 64 KiB, and each part is looked at once: that takes about
 * a millisecond of the event loop.
 */
final class CheckBody implements Step<ControlExchange> {
  @Override
  public Next take(ControlExchange exchange) {
    BodySchema schema = exchange.declared().schema();
    boolean isLeftOut = exchange.body().length == 0 && !exchange.declared().needsBody();
    if (schema == null || isLeftOut) {
      return Next.GO_ON;
    }
    JsonNode json;
    try {
      json = StrictJson.mapper().readTree(exchange.body());
    } catch (JacksonException e) {
      return refuse(exchange, "is not well-formed JSON: " + mistake(e));
    } catch (IOException e) {
      throw new UncheckedIOException("Reading from memory", e);
    }
    if (json == null || json.isMissingNode()) {
      return refuse(exchange, "is empty");
    }
    List<Finding> findings = schema.findings(json);
    if (!findings.isEmpty()) {
      return exchange.refuse(Problem.of(ProblemCode.INVALID_REQUEST, "The body", findings));
    }
    exchange.json(json);
    return Next.GO_ON;
  }

  private static Next refuse(ControlExchange exchange, String why) {
    return exchange.refuse(
        ProblemCode.INVALID_REQUEST, "The body " + why + ". See /v1/openapi.json.");
  }

  /** What the reader itself says would quote the body, or name classes. */
  private static String mistake(JacksonException e) {
    String what =
        e.getOriginalMessage().startsWith("Duplicate field")
            ? "a member is given twice"
            : "one JSON value is needed";
    JsonLocation at = e.getLocation();
    return at == null
        ? what
        : what + " (line %d, column %d)".formatted(at.getLineNr(), at.getColumnNr());
  }
}
