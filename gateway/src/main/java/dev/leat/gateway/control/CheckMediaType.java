package dev.leat.gateway.control;

import dev.leat.contract.ProblemCode;
import dev.leat.gateway.pipeline.Next;
import dev.leat.gateway.pipeline.Step;
import io.vertx.core.http.HttpHeaders;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** Refuses bodies of types that the operation does not take. */
final class CheckMediaType implements Step<ControlExchange> {
  @Override
  public Next take(ControlExchange exchange) {
    List<String> allowed = exchange.declared().mediaTypes();
    String field =
        Objects.requireNonNullElse(exchange.request().getHeader(HttpHeaders.CONTENT_TYPE), "");
    boolean isLeftOut = field.isEmpty() && !exchange.declared().needsBody();
    return allowed.isEmpty() || isLeftOut || allowed.contains(mediaType(field))
        ? Next.GO_ON
        : exchange.refuse(
            ProblemCode.UNSUPPORTED_MEDIA_TYPE,
            "The content type must be one of %s.".formatted(allowed));
  }

  /** Without its parameters. */
  private static String mediaType(String field) {
    int parameters = field.indexOf(';');
    return (parameters < 0 ? field : field.substring(0, parameters))
        .strip()
        .toLowerCase(Locale.ROOT);
  }
}
