package dev.leat.gateway.control;

import dev.leat.contract.Problem;
import dev.leat.gateway.pipeline.Next;
import dev.leat.gateway.pipeline.Step;

/** Turns the operation's reply into a response, or into a problem. */
final class TellReply implements Step<ControlExchange> {
  @Override
  public Next take(ControlExchange exchange) {
    Written reply = exchange.written();
    Problem problem = reply.problem();
    if (problem != null) {
      return exchange.refuse(problem);
    }
    exchange.response().setStatusCode(reply.status());
    reply.headers().forEach(exchange.response()::putHeader);
    exchange.answer(reply.body());
    return Next.GO_ON;
  }
}
