package dev.leat.cli;

import dev.leat.contract.Outcome;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code leat invocations}. */
@Command(name = "invocations", description = "List what ran lately, newest first.")
final class ListInvocations implements Runnable {
  @Option(names = "--function", paramLabel = "FUNCTION", description = "Only this function's.")
  private @Nullable String function;

  @Option(
      names = "--outcome",
      paramLabel = "OUTCOME",
      completionCandidates = OutcomeWords.class,
      description = "Only those that ended so: ${COMPLETION-CANDIDATES}.")
  private @Nullable String outcome;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "How many at most, 1-200; else ${DEFAULT-VALUE}.")
  private int limit = 50;

  private final Session session;

  ListInvocations(Session session) {
    this.session = session;
  }

  @Override
  public void run() {
    if (outcome != null && !Outcome.words().contains(outcome)) {
      throw Failure.usage(
          "--outcome must be one of %s; was '%s'"
              .formatted(String.join(", ", Outcome.words()), outcome));
    }
    List<String> filters = new ArrayList<>(List.of("limit=" + limit));
    if (function != null) {
      filters.add("function=" + ApiClient.encode(function));
    }
    if (outcome != null) {
      filters.add("outcome=" + ApiClient.encode(outcome));
    }
    String path = session.tenantPath("invocations") + "?" + String.join("&", filters);
    session
        .output()
        .list(
            session.api().get(path).withArray("items"),
            "endedAt",
            "function",
            "version",
            "outcome",
            "fuel",
            "execMicros",
            "acquire",
            "error");
  }

  /** The words that are allowed, for the help. */
  static final class OutcomeWords implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Outcome.words().iterator();
    }
  }
}
