package dev.leat.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Properties;
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
    session.output().done(Json.object().put("version", number()), getVersion());
  }

  @Override
  public String[] getVersion() {
    return new String[] {"leat " + number()};
  }

  private static String number() {
    Properties properties = new Properties();
    try (InputStream in = Version.class.getResourceAsStream("version.properties")) {
      properties.load(Objects.requireNonNull(in, "version.properties"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty("version");
  }
}
