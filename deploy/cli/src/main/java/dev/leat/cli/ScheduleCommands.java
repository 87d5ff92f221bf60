package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code leat schedule}. */
@Command(
    name = "schedule",
    description = "Functions that are called at times which a cron expression says.")
final class ScheduleCommands {
  private static final int DATA_BYTES_MAX = 64 << 10;

  private final Session session;

  ScheduleCommands(Session session) {
    this.session = session;
  }

  @Command(
      description = {
        "Have a function called at certain times; each time is a call that is run later, a POST.",
        "A cron expression is minute, hour, day of the month, month, day of the week."
      },
      footer = {
        "Examples:",
        "  leat schedule create mask --cron '*/5 * * * *'",
        "  leat schedule create mask:live --id nightly --cron '30 2 * * *' --tz Europe/Berlin \\",
        "    --data @in.json --missed once"
      })
  void create(
      @Parameters(
              paramLabel = "FUNCTION",
              description =
                  "Its name, or name:alias or name:v1; by name, whichever has the traffic.")
          String function,
      @Option(
              names = "--cron",
              required = true,
              paramLabel = "CRON",
              description = "When, such as '30 2 * * 1-5'.")
          String cron,
      @Option(
              names = "--tz",
              paramLabel = "ZONE",
              defaultValue = "UTC",
              description = "In which time zone, such as Europe/Berlin; else ${DEFAULT-VALUE}.")
          String zone,
      @Option(
              names = "--data",
              paramLabel = "TEXT|@FILE|@-",
              description = "What it is called with: as given, of a file, or of standard input.")
          @Nullable String data,
      @Option(
              names = "--content-type",
              paramLabel = "TYPE",
              description = "Of the data; else application/json where it is that.")
          @Nullable String contentType,
      @Option(
              names = "--missed",
              paramLabel = "POLICY",
              defaultValue = "once",
              description = {
                "What becomes of times at which no node was there:",
                "skip: nothing; once: one call for all; all: one for each, 100 at the most.",
                "Else ${DEFAULT-VALUE}."
              })
          String missed,
      @Option(
              names = "--id",
              paramLabel = "ID",
              description = "What it is called from now on; else an id is made up.")
          @Nullable String id) {
    byte[] bytes = bytes(data);
    ObjectNode body =
        Json.object()
            .put("function", function)
            .put("cron", cron)
            .put("timeZone", zone)
            .put("missed", missed)
            .put("contentType", contentType != null ? contentType : contentType(bytes))
            .put("data", Base64.getEncoder().encodeToString(bytes));
    if (id != null) {
      body.put("id", id);
    }
    JsonNode created = session.api().post(session.tenantPath("schedules"), body);
    session
        .output()
        .done(
            created,
            "Schedule %s calls %s, next at %s"
                .formatted(created.path("id").asText(), function, created.path("nextAt").asText()));
  }

  private byte[] bytes(@Nullable String data) {
    if (data == null) {
      return new byte[0];
    }
    if (data.equals("@-")) {
      return session.terminal().readAll(DATA_BYTES_MAX);
    }
    return data.startsWith("@")
        ? LocalFiles.read(Path.of(data.substring(1)), DATA_BYTES_MAX)
        : data.getBytes(StandardCharsets.UTF_8);
  }

  private static String contentType(byte[] body) {
    return Json.parse(body).isPresent() ? "application/json" : "application/octet-stream";
  }

  @Command(description = "List the tenant's schedules, and what became of each the last time.")
  void list() {
    ArrayNode items = Json.object().putArray("items");
    session.api().list(session.tenantPath("schedules")).forEach(each -> items.add(withLast(each)));
    session
        .output()
        .list(
            items,
            "id",
            "function",
            "cron",
            "timeZone",
            "paused",
            "nextAt",
            "lastAt",
            "lastOutcome",
            "lastError");
  }

  /** With what became of it as members of its own, for columns. */
  private static ObjectNode withLast(JsonNode schedule) {
    ObjectNode flat = schedule.deepCopy();
    JsonNode last = schedule.path("last");
    Map.of("lastAt", "at", "lastOutcome", "outcome", "lastError", "error")
        .forEach((column, member) -> {
          if (last.has(member)) {
            flat.set(column, last.path(member));
          }
        });
    return flat;
  }

  @Command(description = "Show one: what it calls with, and what became of it the last time.")
  void show(@Parameters(paramLabel = "ID", description = "As list shows it.") String id) {
    JsonNode found = session.api().get(session.tenantPath("schedules", id));
    ObjectNode shown = withLast(found);
    Base64Text.read(found.path("data").asText()).ifPresent(text -> shown.put("data", text));
    session.output().thing(found, shown, "Nothing.");
  }

  @Command(
      description = "Say when it fires next, or would if it were not paused.",
      footer = "Example: leat schedule next nightly --count 10")
  void next(
      @Parameters(paramLabel = "ID", description = "As list shows it.") String id,
      @Option(
              names = "--count",
              paramLabel = "N",
              defaultValue = "5",
              description = "How many times, 1-100; else ${DEFAULT-VALUE}.")
          int count) {
    session
        .output()
        .list(
            session
                .api()
                .list(
                    session.tenantPath("schedules", id, "next")
                        + ApiClient.query(Map.of("count", Integer.toString(count)))),
            "at",
            "local");
  }

  @Command(description = "Have it fire no more until it is resumed; what it has called goes on.")
  void pause(@Parameters(paramLabel = "ID", description = "As list shows it.") String id) {
    JsonNode paused = session.api().post(session.tenantPath("schedules", id) + ":pause");
    session.output().done(paused, "Paused schedule " + id);
  }

  @Command(
      description =
          "Have it fire again, from the next time on; what was in between is not made up.")
  void resume(@Parameters(paramLabel = "ID", description = "As list shows it.") String id) {
    JsonNode resumed = session.api().post(session.tenantPath("schedules", id) + ":resume");
    session
        .output()
        .done(
            resumed, "Schedule " + id + " fires again, next at " + resumed.path("nextAt").asText());
  }

  @Command(
      description = "Have it fire no more; what it has called goes on.",
      footer = "Example: leat schedule delete nightly")
  void delete(
      @Parameters(paramLabel = "ID", description = "As list shows it.") String id,
      @Mixin Confirmation confirmation) {
    confirmation.require(session.terminal(), "Delete schedule " + id + "?");
    session.api().delete(session.tenantPath("schedules", id));
    session.output().done(Json.object().put("deleted", id), "Deleted schedule " + id);
  }
}
