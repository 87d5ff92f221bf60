package dev.leat.cli;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** What a function answered to an asynchronous call, asked for until there is an answer. */
final class AwaitedResult {
  private static final int NOT_READY = 425;
  private static final Duration FIRST = Duration.ofMillis(20);
  private static final Duration LONGEST = Duration.ofSeconds(2);

  private final Session session;

  AwaitedResult(Session session) {
    this.session = session;
  }

  HttpResponse<byte[]> now(String id) {
    ApiClient api = session.api();
    return api.exchange(api.request(session.tenantPath("invocations", id, "result")).GET().build());
  }

  /** Asks ever more seldom. */
  HttpResponse<byte[]> of(String id) {
    Duration pause = FIRST;
    HttpResponse<byte[]> answer = now(id);
    while (answer.statusCode() == NOT_READY) {
      LockSupport.parkNanos(pause.toNanos());
      if (Thread.interrupted()) {
        Thread.currentThread().interrupt();
        throw Failure.refused("Interrupted; the invocation " + id + " goes on");
      }
      pause = pause.multipliedBy(2).compareTo(LONGEST) > 0 ? LONGEST : pause.multipliedBy(2);
      answer = now(id);
    }
    return answer;
  }
}
