package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A server that answers each operation with the example of the OpenAPI document unless told
 * otherwise, refuses bodies that the document does not allow, and remembers what it was asked.
 */
final class RecordingServer implements AutoCloseable {
  static final String TOKEN = "header.claims.signature";

  /** The operation id that stands for calls of functions. */
  static final String INVOKE = "invoke";

  private final OpenApi api = OpenApi.load();
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final HttpServer server;

  RecordingServer() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::handle);
    server.start();
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** From now on, this operation answers so. */
  void answer(String operation, int status, String body) {
    answer(operation, status, Map.of("Content-Type", "application/json"), body);
  }

  /** From now on, this request line answers so. */
  void answerLine(String line, String body) {
    answer(line, 200, body);
  }

  void answer(String operation, int status, Map<String, String> headers, String body) {
    answers.put(operation, new Answer(status, headers, body.getBytes(StandardCharsets.UTF_8)));
  }

  /** From now on, this operation answers with a problem. */
  void refuse(String operation, int status, String code, String detail) {
    answer(
        operation,
        status,
        Map.of("Content-Type", "application/problem+json"),
        Json.object()
            .put("type", "https://leat.dev/problems/" + code)
            .put("title", "Title")
            .put("status", status)
            .put("detail", detail)
            .put("instance", "/")
            .put("code", code)
            .put("requestId", "r-1")
            .put("retryable", false)
            .toString());
  }

  List<Request> requests() {
    return requests;
  }

  Request only(String operation) {
    List<Request> found =
        requests.stream().filter(request -> request.operation().equals(operation)).toList();
    if (found.size() != 1) {
      throw new AssertionError("One " + operation + " was expected in " + requests);
    }
    return found.getFirst();
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      Answer answer = answer(exchange, body);
      answer.headers().forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
      exchange.sendResponseHeaders(
          answer.status(), answer.body().length == 0 ? -1 : answer.body().length);
      exchange.getResponseBody().write(answer.body());
    }
  }

  private Answer answer(HttpExchange exchange, byte[] body) {
    String path = exchange.getRequestURI().getRawPath();
    Optional<OpenApi.Operation> operation = api.find(exchange.getRequestMethod(), path);
    String id = path.startsWith("/f/") ? INVOKE : operation.map(OpenApi.Operation::id).orElse("");
    Request request =
        new Request(
            id,
            exchange.getRequestMethod() + " " + exchange.getRequestURI(),
            headers(exchange),
            body);
    requests.add(request);
    if (id.isEmpty()) {
      return failed("No such operation: " + request);
    }
    if (!request.header("Authorization").equals("Bearer " + TOKEN)) {
      return failed("No token: " + request);
    }
    if (operation.isPresent() && request.header("Content-Type").equals("application/json")) {
      String problems = operation.get().problems(request.json());
      if (!problems.isEmpty()) {
        return failed("The document does not allow " + request + ": " + problems);
      }
    }
    return Optional.ofNullable(answers.get(request.line()))
        .or(() -> Optional.ofNullable(answers.get(id)))
        .orElseGet(() -> example(operation.orElseThrow()));
  }

  private static Map<String, List<String>> headers(HttpExchange exchange) {
    Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    headers.putAll(exchange.getRequestHeaders());
    return headers;
  }

  private static Answer example(OpenApi.Operation operation) {
    return new Answer(
        operation.status(),
        Map.of("Content-Type", "application/json"),
        operation.example().map(Json::bytes).orElse(new byte[0]));
  }

  private static Answer failed(String why) {
    return new Answer(500, Map.of(), Json.bytes(Json.object().put("detail", why)));
  }

  private record Answer(int status, Map<String, String> headers, byte[] body) {}

  /** What was asked. */
  record Request(String operation, String line, Map<String, List<String>> headers, byte[] body) {
    String header(String name) {
      return headers.getOrDefault(name, List.of("")).getFirst();
    }

    JsonNode json() {
      return Json.parse(body).orElseThrow();
    }

    String text() {
      return new String(body, StandardCharsets.ISO_8859_1);
    }

    @Override
    public String toString() {
      return line;
    }
  }
}
