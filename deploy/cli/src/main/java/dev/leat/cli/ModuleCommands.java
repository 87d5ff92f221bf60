package dev.leat.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.leat.contract.ModuleDigest;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code leat module}. */
@Command(name = "module", aliases = "modules", description = "Published modules.")
final class ModuleCommands {
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
        .list(session.api().list(path), "name", "version", "size", "publishedAt", "digest");
  }

  @Command(description = "Show a module.")
  void show(@Parameters(paramLabel = "DIGEST", description = "sha256:<hex>") ModuleDigest digest) {
    session.output().thing(session.api().get(session.tenantPath("modules", digest.toString())));
  }

  @Command(description = "Download a module.")
  void download(
      @Parameters(paramLabel = "DIGEST", description = "sha256:<hex>") ModuleDigest digest,
      @Option(names = "--out", required = true, paramLabel = "FILE", description = "Where to.")
          Path out) {
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
      @Parameters(paramLabel = "DIGEST", description = "sha256:<hex>") ModuleDigest digest,
      @Mixin Confirmation confirmation) {
    confirmation.require(session.terminal(), "Delete module " + digest + "?");
    session.api().delete(session.tenantPath("modules", digest.toString()));
    session
        .output()
        .done(Json.object().put("deleted", digest.toString()), "Deleted module " + digest);
  }
}
