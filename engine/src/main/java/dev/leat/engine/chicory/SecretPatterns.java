package dev.leat.engine.chicory;

import dev.leat.contract.ModuleReport.Suspect;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The forms of secrets that their issuers made so that they can be found: a module is published,
 * and whoever may see it can read its data. Each pattern looks at a hundred characters at the most
 * from where it begins, so 16 MiB made for the purpose take a second or two.
 */
final class SecretPatterns {
  /** More than that are no news. */
  static final int TOLD_MAX = 20;

  private static final Map<String, Pattern> PATTERNS = new LinkedHashMap<>();

  static {
    add("a private key in PEM", "-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----");
    add("an AWS access key", "(?<![A-Z0-9])(AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])");
    add("a GitHub token", "gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{22}");
    add("a GitLab token", "glpat-[A-Za-z0-9_-]{20}");
    add("a Slack token", "xox[abprs]-[A-Za-z0-9-]{10}");
    add("a Google API key", "AIza[A-Za-z0-9_-]{35}");
    add("a Stripe key", "[sr]k_live_[A-Za-z0-9]{20}");
    add("a private JWK", "\"d\"\\s{0,4}:\\s{0,4}\"[A-Za-z0-9_-]{40}");
    add("a JWT", "eyJ[A-Za-z0-9_-]{7,100}+\\.eyJ[A-Za-z0-9_-]{7}");
    add(
        "a URL with a password",
        "[a-z][a-z0-9+]{1,15}://[^\\s/:@\\x00]{1,64}:[^\\s/:@\\x00]{1,64}@");
  }

  private SecretPatterns() {}

  private static void add(String what, String pattern) {
    PATTERNS.put(what, Pattern.compile(pattern));
  }

  /** What looks like a secret in a part of the file, {@value #TOLD_MAX} at the most. */
  static List<Suspect> find(byte[] bytes, int from, int length) {
    String text = new String(bytes, from, length, StandardCharsets.ISO_8859_1);
    List<Suspect> found = new ArrayList<>();
    PATTERNS.forEach((what, pattern) -> {
      Matcher matcher = pattern.matcher(text);
      while (found.size() < TOLD_MAX && matcher.find()) {
        found.add(new Suspect(what, (long) from + matcher.start()));
      }
    });
    return found;
  }
}
