package dev.leat.cli;

import dev.leat.node.SoftwareVersion;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** {@code leat version}, and {@code --version}. */
@Command(name = "version", description = "Print the version of this command.")
final class Version implements Runnable, IVersionProvider {
  private final Session session;

  Version(Session session) {
    this.session = session;
  }

  @Override
  public void run() {
    session.output().done(Json.object().put("version", SoftwareVersion.text()), getVersion());
  }

  @Override
  public String[] getVersion() {
    return new String[] {"leat " + SoftwareVersion.text()};
  }
}
