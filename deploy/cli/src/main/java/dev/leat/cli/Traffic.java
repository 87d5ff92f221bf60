package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code leat traffic}. */
@Command(
    name = "traffic",
    description = {
      "Show which versions answer, or give each its share in per cent, 100 in all.",
      "Example: leat traffic mask v1=90 v2=10"
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class Traffic implements Runnable {
  @Parameters(index = "0", paramLabel = "FUNCTION", description = "Its name.")
  private String function;

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "VERSION=PERCENT...",
      hideParamSyntax = true,
      description = "Such as v2=0.5; versions that are not named get none.")
  private @Nullable List<String> shares;

  @Option(
      names = "--sticky-header",
      paramLabel = "NAME",
      description = "Know callers again by this header field.")
  private @Nullable String stickyHeader;

  @Option(
      names = "--sticky-cookie",
      paramLabel = "NAME",
      description = "Know callers again by this cookie.")
  private @Nullable String stickyCookie;

  @Option(names = "--not-sticky", description = "Know no caller again.")
  private boolean isNotSticky;

  @Option(
      names = "--if-match",
      paramLabel = "REVISION",
      description = "Change it only if it is at this revision.")
  private @Nullable Integer ifMatch;

  private final Session session;

  Traffic(Session session) {
    this.session = session;
  }

  @Override
  public void run() {
    Map<String, BigDecimal> weights = shares == null ? null : weights(shares);
    String path = session.tenantPath("functions", function, "traffic");
    ObjectNode sticky = sticky();
    if (weights == null && sticky == null) {
      session.output().thing(session.api().get(path));
      return;
    }
    ObjectNode body = Json.object();
    Integer revision = ifMatch;
    if (weights == null) {
      // What is changed is who is known again; the weights are to stay as they are.
      JsonNode present = session.api().get(path);
      body.set("weights", present.path("weights"));
      revision = revision == null ? Integer.valueOf(present.path("revision").asInt()) : revision;
    } else {
      ObjectNode sent = body.putObject("weights");
      weights.forEach(sent::put);
    }
    if (sticky != null) {
      body.set("sticky", sticky);
    }
    session
        .output()
        .thing(
            revision == null
                ? session.api().put(path, body)
                : session.api().putIfMatch(path, body, "\"t" + revision + "\""));
  }

  private static Map<String, BigDecimal> weights(List<String> shares) {
    Map<String, BigDecimal> weights = new LinkedHashMap<>();
    for (String share : shares) {
      int equals = share.indexOf('=');
      try {
        BigDecimal percent = new BigDecimal(share.substring(equals + 1));
        if (equals < 1 || weights.putIfAbsent(share.substring(0, equals), percent) != null) {
          throw Failure.usage(
              "VERSION=PERCENT is expected once for a version, such as v2=10; was '%s'"
                  .formatted(share));
        }
      } catch (NumberFormatException e) {
        throw Failure.usage(
            "VERSION=PERCENT is expected, such as v2=10; was '%s'".formatted(share));
      }
    }
    return weights;
  }

  private @Nullable ObjectNode sticky() {
    int count =
        (stickyHeader == null ? 0 : 1) + (stickyCookie == null ? 0 : 1) + (isNotSticky ? 1 : 0);
    if (count > 1) {
      throw Failure.usage("Only one of --sticky-header, --sticky-cookie, --not-sticky can hold.");
    }
    if (stickyHeader != null) {
      return Json.object().put("by", "header").put("name", stickyHeader);
    }
    if (stickyCookie != null) {
      return Json.object().put("by", "cookie").put("name", stickyCookie);
    }
    return isNotSticky ? Json.object().put("by", "none") : null;
  }
}
