package dev.leat.worker.capability.http;

import dev.leat.contract.Headers;
import dev.leat.worker.capability.HostCode;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Which header fields a function may send. */
final class RequestFields {
  static final int NAME_CHARS_MAX = 256;
  static final int VALUE_CHARS_MAX = 8_192;

  /** Of one request; most servers take no more. */
  static final int FIELDS_MAX = 64;

  /** Names and values together: 32 KiB. */
  static final int CHARS_MAX = 32_768;

  /** RFC 9110, 5.6.2. */
  private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

  /** RFC 9110, 5.5, without bytes above ASCII: line ends would begin fields of their own. */
  private static final Pattern VALUE = Pattern.compile("[\\t\\x20-\\x7e]*");

  /** What says where a request goes, where it ends, or what becomes of the connection. */
  private static final Set<String> OF_THE_HOST =
      Set.of(
          "host",
          "connection",
          "content-length",
          "transfer-encoding",
          "te",
          "trailer",
          "upgrade",
          "keep-alive",
          "expect",
          "http2-settings",
          "traceparent",
          "tracestate");

  /** What is meant for the server that it was first sent to. */
  private static final Set<String> CREDENTIALS = Set.of("authorization", "cookie");

  private RequestFields() {}

  /** {@link HostCode#DONE} if the field may be sent after those before it, else why not. */
  static int check(Headers before, String name, String value) {
    if (name.length() > NAME_CHARS_MAX || value.length() > VALUE_CHARS_MAX) {
      return HostCode.TOO_LARGE;
    }
    String lower = name.toLowerCase(Locale.ROOT);
    if (!NAME.matcher(name).matches()
        || !VALUE.matcher(value).matches()
        || OF_THE_HOST.contains(lower)
        || lower.startsWith("proxy-")) {
      return HostCode.INVALID;
    }
    return before.size() < FIELDS_MAX && chars(before) + name.length() + value.length() <= CHARS_MAX
        ? HostCode.DONE
        : HostCode.TOO_LARGE;
  }

  private static int chars(Headers fields) {
    int chars = 0;
    for (int i = 0; i < fields.size(); i++) {
      chars += fields.name(i).length() + fields.value(i).length();
    }
    return chars;
  }

  /** {@link HostCode#DONE} if all of them may be sent, else why not. */
  static int check(Headers fields) {
    Headers.Builder before = new Headers.Builder();
    for (Map.Entry<String, String> field : fields) {
      int code = check(before.build(), field.getKey(), field.getValue());
      if (code != HostCode.DONE) {
        return code;
      }
      before.add(field.getKey(), field.getValue());
    }
    return HostCode.DONE;
  }

  /** For another server: without what proves who asks. */
  static Headers withoutCredentials(Headers fields) {
    return without(fields, CREDENTIALS::contains);
  }

  /** For a request that has no body any more. */
  static Headers withoutContent(Headers fields) {
    return without(fields, name -> name.startsWith("content-"));
  }

  private static Headers without(Headers fields, Predicate<String> names) {
    Headers.Builder left = new Headers.Builder();
    for (Map.Entry<String, String> field : fields) {
      if (!names.test(field.getKey().toLowerCase(Locale.ROOT))) {
        left.add(field.getKey(), field.getValue());
      }
    }
    return left.build();
  }
}
