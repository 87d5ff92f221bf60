package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/** The logins that are kept in {@code profiles.json}, which only its owner may read. */
final class Profiles {
  static final String DEFAULT = "default";

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

  private final Path file;

  Profiles(Path home) {
    this.file = home.resolve("profiles.json");
  }

  /** A profile's name becomes part of a key file's name too. */
  static String requireName(String name) {
    if (!NAME.matcher(name).matches()) {
      throw Failure.usage(
          "A profile's name must be 1-63 letters, digits, '.', '_' or '-', starting with a letter or"
              + " digit; was '"
              + name
              + "'");
    }
    return name;
  }

  Profile require(String name) {
    JsonNode profile = read().path(name);
    if (profile.isMissingNode()) {
      throw Failure.refused(
          "There is no profile '"
              + name
              + "' in '"
              + file
              + "'. Log in first: leat login URL --token-file FILE"
              + (name.equals(DEFAULT) ? "" : " --profile " + name));
    }
    return new Profile(
        URI.create(profile.path("server").asText()),
        new BearerToken(profile.path("token").asText()),
        Optional.ofNullable(profile.path("tenant").textValue()));
  }

  void save(String name, Profile profile) {
    ObjectNode profiles = read();
    ObjectNode entry = profiles.putObject(name);
    entry.put("server", profile.server().toString());
    entry.put("token", profile.token().value());
    profile.tenant().ifPresent(tenant -> entry.put("tenant", tenant));
    LocalFiles.writePrivate(file, Json.bytes(profiles));
  }

  private ObjectNode read() {
    if (!Files.exists(file)) {
      return Json.object();
    }
    if (Json.parse(LocalFiles.read(file, LocalFiles.TEXT_BYTES_MAX)).orElse(null)
        instanceof ObjectNode profiles) {
      return profiles;
    }
    throw Failure.refused(
        "File '" + file + "' holds no profiles. Remove it and log in again: leat login URL");
  }
}
