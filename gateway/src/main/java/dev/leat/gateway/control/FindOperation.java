package dev.leat.gateway.control;

import dev.leat.contract.ProblemCode;
import dev.leat.gateway.pipeline.Next;
import dev.leat.gateway.pipeline.Step;
import java.util.function.Supplier;

/**
 * Looks up which operation of the document the method and the path name. A node without the role
 * gateway has only those that are on every node.
 */
final class FindOperation implements Step<ControlExchange> {
  private static final String NO_GATEWAY =
      "This node has no role gateway: it answers /health/live, /health/ready and /metrics alone."
          + " Ask a node that has it.";

  private final Supplier<OperationTable> operations;
  private final boolean isGateway;

  /**
   * @param operations at hand when the first request comes
   */
  FindOperation(Supplier<OperationTable> operations, boolean isGateway) {
    this.operations = operations;
    this.isGateway = isGateway;
  }

  @Override
  public Next take(ControlExchange exchange) {
    OperationTable.Lookup lookup;
    try {
      lookup = operations.get().find(exchange.request().method().name(), exchange.path());
    } catch (IllegalArgumentException e) {
      return exchange.refuse(ProblemCode.INVALID_REQUEST, "The request is malformed.");
    }
    if (!isGateway && !isOnEveryNode(lookup)) {
      return exchange.refuse(ProblemCode.NOT_FOUND, NO_GATEWAY);
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

  private static boolean isOnEveryNode(OperationTable.Lookup lookup) {
    return lookup instanceof OperationTable.Found found
        && found.operation().declared().isOnEveryNode();
  }
}
