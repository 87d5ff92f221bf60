package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.TenantId;
import dev.leat.registry.module.ModuleRef;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code leat module}. */
@Command(
    name = "module",
    aliases = "modules",
    description = "Modules that the tenant published or installed.",
    footer = {
      "Examples:",
      "  leat module list --query mask",
      "  leat module visibility resize@1.2.0 public",
      "  leat module visibility resize@1.2.0 shared-with globex,initech",
      "  leat module signatures acme/resize@1.2.0"
    })
final class ModuleCommands {
  /** What a module is named by. */
  static final String MODULE = "sha256:<hex>, [PUBLISHER/]NAME@VERSION or NAME:latest";

  private final Session session;

  ModuleCommands(Session session) {
    this.session = session;
  }

  @Command(description = "List the modules, newest first.")
  void list(
      @Option(
              names = "--query",
              paramLabel = "TEXT",
              description = "Only those whose name contains this.")
          @Nullable String query) {
    String path =
        session.tenantPath("modules") + (query == null ? "" : "?q=" + ApiClient.encode(query));
    session
        .output()
        .list(
            session.api().list(path),
            "publisher",
            "name",
            "version",
            "size",
            "publishedAt",
            "digest");
  }

  @Command(description = "Show a module.")
  void show(@Parameters(paramLabel = "MODULE", description = MODULE) String module) {
    ModuleDigest digest = digest(module);
    session.output().thing(session.api().get(session.tenantPath("modules", digest.toString())));
  }

  @Command(description = "List the keys that vouch for a module.")
  void signatures(@Parameters(paramLabel = "MODULE", description = MODULE) String module) {
    ModuleDigest digest = digest(module);
    session
        .output()
        .list(
            session.api().list(session.tenantPath("modules", digest.toString(), "signatures")),
            "publisher",
            "keyId",
            "signedAt",
            "revokedAt",
            "isPublisherGone");
  }

  @Command(
      description = {
        "Show or say who may find and install a module besides its publisher.",
        "private: nobody, as at first; shared-with: the tenants that are named; public: everybody.",
        "Who has installed it keeps it."
      })
  void visibility(
      @Parameters(
              index = "0",
              paramLabel = "MODULE",
              description = "One that the tenant published: " + MODULE)
          String module,
      @Parameters(
              index = "1",
              arity = "0..1",
              paramLabel = "private|shared-with|public",
              description = "Who may; left out, it is shown.")
          @Nullable String visibility,
      @Parameters(
              index = "2",
              arity = "0..1",
              paramLabel = "TENANT,...",
              description = "With shared-with: up to 100 tenants.")
          @Nullable String tenants) {
    String path = session.tenantPath("modules", digest(module).toString(), "visibility");
    if (visibility == null) {
      session.output().thing(session.api().get(path));
      return;
    }
    ObjectNode body = Json.object().put("visibility", visibility);
    if (tenants != null) {
      ArrayNode sharedWith = body.putArray("sharedWith");
      List.of(tenants.split(",")).forEach(sharedWith::add);
    }
    session.output().thing(session.api().put(path, body));
  }

  @Command(description = "Download a module.")
  void download(
      @Parameters(paramLabel = "MODULE", description = MODULE) String module,
      @Option(names = "--out", required = true, paramLabel = "FILE", description = "Where to.")
          Path out) {
    ModuleDigest digest = digest(module);
    byte[] content =
        session.api().download(session.tenantPath("modules", digest.toString(), "content"));
    if (!ModuleDigest.of(content).equals(digest)) {
      throw Failure.refused(
          "What was downloaded is not module "
              + digest
              + " but "
              + ModuleDigest.of(content)
              + "; it was not written");
    }
    LocalFiles.write(out, content);
    ObjectNode written =
        Json.object()
            .put("digest", digest.toString())
            .put("size", content.length)
            .put("file", out.toString());
    session.output().done(written, "Wrote " + content.length + " bytes to " + out);
  }

  @Command(description = "Delete a module that no function uses.")
  void delete(
      @Parameters(paramLabel = "MODULE", description = MODULE) String module,
      @Mixin Confirmation confirmation) {
    ModuleDigest digest = digest(module);
    confirmation.require(session.terminal(), "Delete module " + digest + "?");
    session.api().delete(session.tenantPath("modules", digest.toString()));
    session
        .output()
        .done(Json.object().put("deleted", digest.toString()), "Deleted module " + digest);
  }

  private ModuleDigest digest(String module) {
    return digest(session, module);
  }

  /** The digest that a module is named by: itself, or that of a name and version. */
  static ModuleDigest digest(Session session, String module) {
    boolean isOwn = module.indexOf('@') >= 0 && module.indexOf('/') < 0;
    return switch (ModuleRef.parse(isOwn ? session.tenant() + "/" + module : module).orElse(null)) {
      case ModuleRef.ByDigest(ModuleDigest digest) -> digest;
      case ModuleRef.Latest(String name) ->
          find(session, session.tenant(), name, null)
              .orElseThrow(() ->
                  Failure.refused(
                      "Tenant '%s' has published no module '%s'. List them: leat module list"
                          .formatted(session.tenant(), name)));
      case ModuleRef.ByName(TenantId publisher, String name, String version) ->
          find(session, publisher.value(), name, version)
              .orElseThrow(() ->
                  Failure.refused(
                      "Tenant '%s' has no module %s/%s@%s. List them: leat module list"
                          .formatted(session.tenant(), publisher, name, version)));
      case null, default ->
          throw Failure.usage(
              "MODULE must be 'sha256:' and 64 lower-case hexadecimal digits, NAME@VERSION,"
                  + " PUBLISHER/NAME@VERSION or NAME:latest, was '"
                  + module
                  + "'");
    };
  }

  /** The newest of them, if no version is named. */
  private static Optional<ModuleDigest> find(
      Session session, String publisher, String name, @Nullable String version) {
    for (JsonNode found :
        session.api().list(session.tenantPath("modules") + "?q=" + ApiClient.encode(name))) {
      if (found.path("publisher").asText().equals(publisher)
          && found.path("name").asText().equals(name)
          && (version == null || found.path("version").asText().equals(version))) {
        return Optional.of(ModuleDigest.parse(found.path("digest").asText()));
      }
    }
    return Optional.empty();
  }
}
