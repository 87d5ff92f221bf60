package dev.leat.worker.guest;

import dev.leat.contract.FunctionRef;
import dev.leat.contract.HttpCall;
import dev.leat.contract.Invocation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** The meta-variables that a CGI program is started with (RFC 3875, 4.1). */
final class CgiEnvironment {
  /** Fields with variables of their own, credentials, and Proxy, which libraries take as theirs. */
  private static final Set<String> LEFT_OUT =
      Set.of("authorization", "content-length", "content-type", "proxy", "proxy-authorization");

  private CgiEnvironment() {}

  static List<String> of(Invocation invocation) {
    HttpCall call = Running.call(invocation);
    FunctionRef function = invocation.target().function();
    List<String> variables = new ArrayList<>();
    variables.add("GATEWAY_INTERFACE=CGI/1.1");
    variables.add("SERVER_SOFTWARE=Leat");
    variables.add("SERVER_PROTOCOL=HTTP/1.1");
    variables.add("REQUEST_METHOD=" + call.method());
    variables.add("SCRIPT_NAME=/f/" + function);
    variables.add("PATH_INFO=" + call.path());
    variables.add("QUERY_STRING=" + Objects.requireNonNullElse(call.query(), ""));
    if (call.body().length > 0) {
      variables.add("CONTENT_LENGTH=" + call.body().length);
    }
    String contentType = call.headers().first("content-type");
    if (contentType != null) {
      variables.add("CONTENT_TYPE=" + contentType);
    }
    for (Map.Entry<String, String> header : call.headers()) {
      String name = header.getKey().toLowerCase(Locale.ROOT);
      if (!LEFT_OUT.contains(name)) {
        variables.add(
            "HTTP_" + name.toUpperCase(Locale.ROOT).replace('-', '_') + "=" + header.getValue());
      }
    }
    return variables;
  }
}
