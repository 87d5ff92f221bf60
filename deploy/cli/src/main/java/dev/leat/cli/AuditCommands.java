package dev.leat.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import dev.leat.audit.AuditVerifier;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Reader;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code leat audit}. */
@Command(name = "audit", description = "Who did what: list, export and verify it.")
final class AuditCommands {
  private static final String PATH = ApiClient.path("v1", "audit");

  private final Session session;

  AuditCommands(Session session) {
    this.session = session;
  }

  @Command(
      description = {
        "List the records, newest first: a tenant's, or for operators without a tenant all.",
        "Those of a deleted tenant are there still."
      },
      footer = {
        "Examples:",
        "  leat audit list --action function --since 7d",
        "  leat audit list --tenant acme --denied"
      })
  void list(
      @Option(names = "--actor", paramLabel = "NAME", description = "Only what this one did.")
          @Nullable String actor,
      @Option(
              names = "--action",
              paramLabel = "ACTION",
              description = "Only this action, such as function.deploy; function has all of them.")
          @Nullable String action,
      @Option(
              names = "--resource",
              paramLabel = "NAME",
              description = "Only what was done to this, such as acme/mask.")
          @Nullable String resource,
      @Option(names = "--denied", description = "Only what was denied.") boolean isDenied,
      @Option(
              names = "--since",
              paramLabel = "TIME",
              converter = PastConverter.class,
              description =
                  "Only from then on: how long ago (30m, 24h, 7d), or an instant"
                      + " (2026-11-27T12:00:00Z).")
          @Nullable Instant since,
      @Option(
              names = "--until",
              paramLabel = "TIME",
              converter = PastConverter.class,
              description = "Only before then; likewise.")
          @Nullable Instant until,
      @Option(
              names = "--limit",
              paramLabel = "N",
              description = "How many at most, 1-200; else ${DEFAULT-VALUE}.",
              defaultValue = "50")
          int limit) {
    Map<String, @Nullable String> filters = new LinkedHashMap<>();
    filters.put("limit", Integer.toString(limit));
    filters.put("actor", actor);
    filters.put("action", action);
    filters.put("resource", resource);
    filters.put("allowed", isDenied ? "false" : null);
    filters.put("since", since == null ? null : since.toString());
    filters.put("until", until == null ? null : until.toString());
    boolean isTenants = session.profiles().require(session.profileName()).tenant().isPresent();
    filters.put("tenant", isTenants ? null : session.namedTenant());
    String path = isTenants ? session.tenantPath("audit") : PATH;
    session
        .output()
        .list(
            session.newest(path, filters, "time"),
            "seq",
            "time",
            "tenant",
            "actor",
            "action",
            "resource",
            "allowed",
            "details");
  }

  @Command(
      description = {
        "Write all records and their signed checkpoints, for operators.",
        "As JSON lines that 'leat audit verify' reads, or as events of the Common Event Format for a SIEM.",
        "Example: leat audit export > audit.jsonl"
      })
  void export(
      @Option(
              names = "--format",
              paramLabel = "FORMAT",
              description = "jsonl or cef; else ${DEFAULT-VALUE}.",
              defaultValue = "jsonl")
          String format,
      @Option(
              names = "--from",
              paramLabel = "SEQ",
              description = "The first record; verify needs all of them, from 1.",
              defaultValue = "1")
          long from,
      @Option(names = "--out", paramLabel = "FILE", description = "Write to this file.")
          @Nullable Path out) {
    try (OutputStream file =
        out == null ? OutputStream.nullOutputStream() : Files.newOutputStream(out)) {
      long next = from;
      while (true) {
        byte[] part =
            session
                .api()
                .download(PATH + "/export?format=" + ApiClient.encode(format) + "&from=" + next);
        if (part.length == 0) {
          return;
        }
        if (out == null) {
          session.terminal().bytes(part);
        } else {
          file.write(part);
        }
        next = lastSeq(new String(part, UTF_8)) + 1;
      }
    } catch (IOException e) {
      throw Failure.refused("Cannot write '" + out + "': " + e.getMessage());
    }
  }

  /** The number of the last record of a part, in either format. */
  private static long lastSeq(String part) {
    return part.lines()
        .mapToLong(line ->
            line.startsWith("CEF:")
                ? Long.parseLong(line.replaceFirst(".* externalId=([0-9]+) .*", "$1"))
                : Json.parse(line.getBytes(UTF_8)).orElseThrow().findValue("seq").longValue())
        .max()
        .orElseThrow();
  }

  @Command(
      description = {
        "List the signed checkpoints, for operators.",
        "Keep one elsewhere: with it, verify shows that an export was not cut off.",
        "Example: leat audit checkpoints -o json > checkpoints.json"
      })
  void checkpoints(
      @Option(
              names = "--from",
              paramLabel = "SEQ",
              description = "Only those that cover this record and later ones.",
              defaultValue = "1")
          long from) {
    session
        .output()
        .list(
            session.api().get(PATH + "/checkpoints?from=" + from).withArray("items"),
            "seq",
            "time",
            "hash",
            "kid");
  }

  @Command(
      description = {
        "Verify an export: no record up to its last checkpoint was changed, added, removed or swapped.",
        "It needs the public keys of the platform: from files, without any node, or from the profile's",
        "node. Example: leat audit verify audit.jsonl --checkpoints checkpoints.json"
      })
  void verify(
      @Parameters(paramLabel = "FILE", description = "What 'leat audit export' wrote.") Path export,
      @Option(
              names = "--jwks",
              paramLabel = "FILE",
              description = "The platform's public keys, as /.well-known/jwks.json gave them.")
          @Nullable Path jwks,
      @Option(
              names = "--checkpoints",
              paramLabel = "FILE",
              description =
                  "Checkpoints that were kept elsewhere, as 'leat audit checkpoints -o json' gave them:"
                      + " the export must hold their records.")
          @Nullable Path kept) {
    JsonNode known = kept == null ? Json.object().arrayNode() : read(kept);
    Map<Long, String> hashes = new TreeMap<>();
    known.forEach(it -> hashes.put(it.path("seq").longValue(), it.path("hash").asText()));
    AuditVerifier verifier = new AuditVerifier(keys(jwks, known), hashes);
    switch (verified(verifier, export)) {
      case AuditVerifier.Result.Intact intact ->
          session
              .output()
              .done(
                  Json.object()
                      .put("intact", true)
                      .put("records", intact.records())
                      .put("checkpoints", intact.checkpoints())
                      .put("covered", intact.covered())
                      .put("hash", intact.hash()),
                  "Intact: %d records, of which %d are covered by %d signed checkpoints"
                      .formatted(intact.records(), intact.covered(), intact.checkpoints()));
      case AuditVerifier.Result.Altered altered ->
          throw Failure.refused(
              "'%s' was altered: line %d: %s".formatted(export, altered.line(), altered.what()));
    }
  }

  private static AuditVerifier.Result verified(AuditVerifier verifier, Path export) {
    try (Reader lines = Files.newBufferedReader(export, UTF_8)) {
      return verifier.verify(lines);
    } catch (MalformedInputException e) {
      throw Failure.refused("'" + export + "' was altered: it is not UTF-8");
    } catch (IOException e) {
      throw Failure.refused("Cannot read '" + export + "': " + e.getMessage());
    }
  }

  /** Those of the file, else those of the checkpoints that were kept and of the profile's node. */
  private JWKSet keys(@Nullable Path jwks, JsonNode kept) {
    List<JWK> keys = new ArrayList<>();
    try {
      if (jwks != null) {
        keys.addAll(JWKSet.parse(read(jwks).toString()).getKeys());
      }
      for (JsonNode checkpoint : kept) {
        keys.add(JWK.parse(checkpoint.path("key").toString()));
      }
      if (keys.isEmpty()) {
        for (JsonNode checkpoint : session.api().get(PATH + "/checkpoints").withArray("items")) {
          keys.add(JWK.parse(checkpoint.path("key").toString()));
        }
        keys.addAll(JWKSet.parse(session.api().get("/.well-known/jwks.json").toString()).getKeys());
      }
    } catch (ParseException e) {
      throw Failure.refused("The platform's public keys cannot be read: " + e.getMessage());
    }
    return new JWKSet(keys);
  }

  private static JsonNode read(Path file) {
    try {
      return Json.parse(Files.readAllBytes(file))
          .orElseThrow(() -> Failure.refused("'" + file + "' holds something other than JSON"));
    } catch (IOException e) {
      throw Failure.refused("Cannot read '" + file + "': " + e.getMessage());
    }
  }
}
