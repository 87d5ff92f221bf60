package dev.leat.gateway.control;

import dev.leat.contract.ProblemCode;
import dev.leat.gateway.pipeline.Next;
import dev.leat.gateway.pipeline.Step;

/** Looks up which operation of the document the method and the path name. */
final class FindOperation implements Step<ControlExchange> {
  private final OperationTable operations;

  FindOperation(OperationTable operations) {
    this.operations = operations;
  }

  @Override
  public Next take(ControlExchange exchange) {
    OperationTable.Lookup lookup;
    try {
      lookup = operations.find(exchange.request().method().name(), exchange.path());
    } catch (IllegalArgumentException e) {
      return exchange.refuse(ProblemCode.INVALID_REQUEST, "The request is malformed.");
    }
    return switch (lookup) {
      case OperationTable.Found found -> {
        exchange.found(found);
        yield Next.GO_ON;
      }
      case OperationTable.OtherMethod(String allowed) -> {
        exchange.response().putHeader("allow", allowed);
        yield exchange.refuse(
            ProblemCode.METHOD_NOT_ALLOWED, "The path answers " + allowed + ", not this method.");
      }
      case OperationTable.Nothing _ ->
          exchange.refuse(ProblemCode.NOT_FOUND, "There is nothing at this path.");
    };
  }
}
