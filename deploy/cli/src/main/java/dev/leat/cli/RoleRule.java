package dev.leat.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/** Which role a claim's value gives, as it is typed: {@code groups=staff:developer}. */
record RoleRule(String claim, String value, String role) {
  /** A claim may be a URL, a value may have any of the marks: the first and the last one count. */
  private static final Pattern RULE = Pattern.compile("([^=]+)=(.+):([a-z-]+)");

  static RoleRule parse(String text) {
    Matcher matcher = RULE.matcher(text);
    if (!matcher.matches()) {
      throw new TypeConversionException(
          "it must be CLAIM=VALUE:ROLE, such as groups=staff:developer, was '" + text + "'");
    }
    return new RoleRule(matcher.group(1), matcher.group(2), matcher.group(3));
  }

  @Override
  public String toString() {
    return claim + "=" + value + ":" + role;
  }
}
