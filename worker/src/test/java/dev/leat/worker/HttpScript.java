package dev.leat.worker;

import dev.leat.contract.Grant;
import dev.leat.contract.PowerFunction;
import java.util.List;

/** A guest that calls the functions of the HTTP power. */
final class HttpScript extends HostScript {
  private static final List<PowerFunction> FUNCTIONS =
      functions(function -> function.grant() == Grant.Http.class);

  HttpScript() {
    super(FUNCTIONS);
  }

  /** Two calls: a handle, and what sending it answers. */
  HttpScript get(String url) {
    return request("GET", url, "");
  }

  HttpScript request(String method, String url, String body) {
    int handle = open(method, url);
    return call("http_send", result(handle), body);
  }

  /** Gives the number of the call, so that its handle can be used. */
  int open(String method, String url) {
    call("http_open", method, url);
    return calls() - 1;
  }

  @Override
  HttpScript call(String function, Object... arguments) {
    super.call(function, arguments);
    return this;
  }
}
