package dev.leat.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code leat usage}. */
@Command(
    name = "usage",
    description = "Show what the tenant used, by function and time, the oldest first.",
    footer = {
      "Examples:",
      "  leat usage --by minute --since 30m",
      "  leat usage --by day --since 30d --function mask -o csv"
    })
final class UsageCommands implements Runnable {
  private static final String RESPONDED = "responded";

  @Option(
      names = "--by",
      paramLabel = "TIME",
      description = "Added up by minute, hour or day; else ${DEFAULT-VALUE}.")
  private String by = "hour";

  @Option(names = "--function", paramLabel = "FUNCTION", description = "Only this function's.")
  private @Nullable String function;

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description =
          "How long ago (30m, 24h, 7d), or an instant (2026-11-27T12:00:00Z); else an hour, 24 hours"
              + " or 30 days ago, by minute, hour or day.")
  private @Nullable String since;

  @Option(names = "--until", paramLabel = "TIME", description = "Likewise; else now.")
  private @Nullable String until;

  private final Session session;

  UsageCommands(Session session) {
    this.session = session;
  }

  @Override
  public void run() {
    List<String> query = new ArrayList<>(List.of("by=" + ApiClient.encode(by), "limit=200"));
    add(query, "function", function);
    add(query, "since", since);
    add(query, "until", until);
    ArrayNode items =
        session.api().list(session.tenantPath("usage") + "?" + String.join("&", query));
    session
        .output()
        .list(
            items,
            shown(items),
            "start",
            "function",
            "invocations",
            "failed",
            "fuel",
            "cpuMillis",
            "memoryMbMillis",
            "bytesIn",
            "bytesOut",
            "outboundCalls",
            "storedBytes");
  }

  private static void add(List<String> query, String name, @Nullable String value) {
    if (value != null) {
      query.add(name + "=" + ApiClient.encode(value));
    }
  }

  /** Of the endings those that are not good in one number; fuel with that of initialising. */
  private static ArrayNode shown(ArrayNode items) {
    ArrayNode shown = Json.object().arrayNode();
    for (JsonNode item : items) {
      ObjectNode row = item.deepCopy();
      row.put(
          "failed",
          item.path("invocations").asLong() - item.path("outcomes").path(RESPONDED).asLong());
      row.put("fuel", item.path("fuel").asLong() + item.path("initFuel").asLong());
      shown.add(row);
    }
    return shown;
  }

  @Command(
      description = {
        "Print what was used in a month, of each function, for invoices.",
        "Lines of JSON, the last of which is the platform's signature. Of the tenant that commands act",
        "for; for operators of all tenants where there is none, or with --all."
      },
      footer = {
        "Examples:",
        "  leat usage export --month 2026-11 --all --out usage.jsonl",
        "  leat usage export --month 2026-11 --by day --tenant acme"
      })
  void export(
      @Option(
              names = "--month",
              required = true,
              paramLabel = "YYYY-MM",
              description = "Which, in UTC.")
          YearMonth month,
      @Option(
              names = "--by",
              paramLabel = "TIME",
              defaultValue = "month",
              description = "A line for each month or day; else ${DEFAULT-VALUE}.")
          String period,
      @Option(names = "--all", description = "Of all tenants, for operators.") boolean isOfAll,
      @Option(
              names = "--out",
              paramLabel = "FILE",
              description = "Where to write it; else it is printed.")
          @Nullable Path out) {
    String path =
        !isOfAll && session.tenantIfAny().isPresent()
            ? session.tenantPath("usage", "export")
            : ApiClient.path("v1", "usage", "export");
    byte[] lines =
        session.api().download(path + "?month=" + month + "&by=" + ApiClient.encode(period));
    if (out == null) {
      session.terminal().bytes(lines);
    } else {
      LocalFiles.write(out, lines);
      long count = new String(lines, UTF_8).lines().count() - 1; // the last is the signature
      session
          .output()
          .done(
              Json.object().put("file", out.toString()).put("lines", count),
              "Wrote %d lines, signed, to %s".formatted(count, out));
    }
  }

  @Command(
      description = {
        "Check that an export is as the platform signed it.",
        "The platform's public keys are in its /.well-known/jwks.json: keep a copy with the export,",
        "since a key that signs no more goes from there some time. With a copy nothing is asked over",
        "the network."
      },
      footer = {
        "Examples:",
        "  leat usage verify usage.jsonl",
        "  leat usage verify usage.jsonl --jwks jwks.json"
      })
  void verify(
      @Parameters(paramLabel = "FILE", description = "What leat usage export wrote.") Path file,
      @Option(
              names = "--jwks",
              paramLabel = "FILE",
              description =
                  "The platform's public keys; else the platform of the profile is asked.")
          @Nullable Path jwks) {
    SignedUsage signed = SignedUsage.read(file);
    byte[] keys =
        jwks == null
            ? session.api().download(ApiClient.path(".well-known", "jwks.json"))
            : LocalFiles.read(jwks, LocalFiles.TEXT_BYTES_MAX);
    JsonNode about = signed.verify(keys);
    session
        .output()
        .done(
            about,
            "Verified %s, %d lines of %s, signed with key %s at %s"
                .formatted(
                    about.path("month").asText(),
                    about.path("lines").asInt(),
                    about.path("tenant").asText("all tenants"),
                    about.path("kid").asText(),
                    about.path("exportedAt").asText()));
  }
}
