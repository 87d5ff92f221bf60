package dev.leat.gateway.control;

import dev.leat.contract.ProblemCode;
import dev.leat.gateway.pipeline.Next;
import dev.leat.gateway.pipeline.Step;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.HashMap;
import java.util.Map;

/** Reads the query, and refuses control characters in it and in the path. */
final class ReadParameters implements Step<ControlExchange> {
  @Override
  public Next take(ControlExchange exchange) {
    Map<String, String> query = new HashMap<>();
    try {
      new QueryStringDecoder(exchange.request().uri())
          .parameters()
          .forEach((name, values) -> query.put(name, values.getFirst()));
    } catch (IllegalArgumentException e) {
      return exchange.refuse(ProblemCode.INVALID_REQUEST, "The request is malformed.");
    }
    if (hasControlCharacters(exchange.parameters()) || hasControlCharacters(query)) {
      return exchange.refuse(
          ProblemCode.INVALID_REQUEST, "The path and the query must have no control characters.");
    }
    exchange.query(query);
    return Next.GO_ON;
  }

  /** Stores differ in what they make of such characters; no name has any. */
  private static boolean hasControlCharacters(Map<String, String> parameters) {
    return parameters.values().stream()
        .anyMatch(text -> text.chars().anyMatch(Character::isISOControl));
  }
}
