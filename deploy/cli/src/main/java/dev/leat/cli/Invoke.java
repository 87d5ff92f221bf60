package dev.leat.cli;

import dev.leat.contract.Limits;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code leat invoke}. */
@Command(name = "invoke", description = "Call a function and print its response's body.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class Invoke implements Runnable {
  /** The longest body that any function may be allowed. */
  private static final int BODY_BYTES_MAX = (int) Limits.BODY_BYTES_MAX;

  @Parameters(paramLabel = "FUNCTION", description = "Its name, or name:version such as mask:v1.")
  private String function;

  @Option(
      names = "--data",
      paramLabel = "TEXT|@FILE|@-",
      description = "The body: as given, of a file, or of standard input.")
  private @Nullable String data;

  @Option(
      names = "--method",
      defaultValue = "POST",
      paramLabel = "METHOD",
      description = "Else ${DEFAULT-VALUE}.")
  private String method;

  @Option(
      names = "--path",
      defaultValue = "",
      paramLabel = "/PATH",
      description = "Path and query below the function's.")
  private String path;

  @Option(
      names = "--header",
      paramLabel = "NAME:VALUE",
      description = "A header field; may be repeated.")
  private List<String> headers = new ArrayList<>();

  @Option(
      names = {"-i", "--include"},
      description = "Show status and header fields too; Leat-Fuel says what the call used.")
  private boolean isHeadShown;

  @Option(
      names = "--async",
      description = "Have it accepted, to be run later: prints its id. 'leat invocations' goes on.")
  private boolean isAsync;

  @Option(
      names = "--wait",
      description = "With --async: wait until it has ended, and print what it answered.")
  private boolean isWaiting;

  @Option(
      names = "--key",
      paramLabel = "KEY",
      description = "An Idempotency-Key: the same call again with it is not run again.")
  private @Nullable String key;

  @Option(
      names = "--callback",
      paramLabel = "URL",
      description =
          "With --async: where what it comes to is sent. The function's async.callbacks must allow it.")
  private @Nullable String callback;

  private final Session session;

  Invoke(Session session) {
    this.session = session;
  }

  @Override
  public void run() {
    if (isWaiting && !isAsync) {
      throw Failure.usage("--wait goes with --async; without it the answer is waited for anyway");
    }
    if (callback != null && !isAsync) {
      throw Failure.usage("--callback goes with --async");
    }
    if (isAsync) {
      runLater();
      return;
    }
    answer(session.api().exchange(request()));
  }

  private void runLater() {
    HttpResponse<byte[]> accepted = session.api().exchange(request());
    if (accepted.statusCode() != 202) {
      throw ProblemAnswer.of(accepted).failure();
    }
    if (isHeadShown) {
      session.output().response(accepted);
    }
    String id =
        Json.parse(accepted.body())
            .map(it -> it.path("id").asText())
            .orElseThrow(() -> Failure.refused("The platform accepted it, and named no id"));
    if (isWaiting) {
      answer(new AwaitedResult(session).of(id));
    } else if (!isHeadShown) {
      session.terminal().out().println(id);
    }
  }

  private void answer(HttpResponse<byte[]> response) {
    boolean isOfFunction =
        response.headers().firstValue("Leat-Error-Source").filter("function"::equals).isPresent();
    if (isHeadShown) {
      session.output().response(response);
    }
    if (response.statusCode() >= 400 && !isOfFunction) {
      throw ProblemAnswer.of(response).failure();
    }
    if (!isHeadShown) {
      session.output().body(response.body());
    }
    if (response.statusCode() >= 400) {
      throw Failure.refused(
          "Function '" + function + "' answered with status " + response.statusCode());
    }
  }

  private HttpRequest request() {
    byte[] body = body();
    if (!(path.isEmpty() || path.startsWith("/"))) {
      throw Failure.usage("--path must start with '/', was '" + path + "'");
    }
    try {
      HttpRequest.Builder request =
          session
              .api()
              .request(ApiClient.path("f", session.tenant(), function) + path)
              .setHeader("Content-Type", contentType(body))
              .method(method, BodyPublishers.ofByteArray(body));
      if (isAsync) {
        request.setHeader("Prefer", "respond-async");
      }
      if (callback != null) {
        request.setHeader("Leat-Callback-Url", callback);
      }
      if (key != null) {
        request.setHeader("Idempotency-Key", key);
      }
      for (String header : headers) {
        int colon = header.indexOf(':');
        if (colon < 1) {
          throw Failure.usage("--header must be NAME:VALUE, was '" + header + "'");
        }
        request.setHeader(header.substring(0, colon).strip(), header.substring(colon + 1).strip());
      }
      return request.build();
    } catch (IllegalArgumentException e) {
      throw Failure.usage("This cannot be sent: " + e.getMessage());
    }
  }

  private byte[] body() {
    if (data == null) {
      return new byte[0];
    }
    if (data.equals("@-")) {
      return session.terminal().readAll(BODY_BYTES_MAX);
    }
    return data.startsWith("@")
        ? LocalFiles.read(Path.of(data.substring(1)), BODY_BYTES_MAX)
        : data.getBytes(StandardCharsets.UTF_8);
  }

  private static String contentType(byte[] body) {
    return Json.parse(body).isPresent() ? "application/json" : "application/octet-stream";
  }
}
