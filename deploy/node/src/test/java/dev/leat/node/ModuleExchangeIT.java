package dev.leat.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.ModuleDigest;
import dev.leat.node.NodeUnderTest.Workshop;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Modules from tenant to tenant on a node, by HTTP. */
class ModuleExchangeIT {
  @TempDir private static Path directory;
  private static RunningNode node;

  @BeforeAll
  static void start() {
    node = RunningNode.start(directory);
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @Test
  void installed_isCalledAndDeployed_whenItsPublisherIsGone() {
    Workshop publisher = node.workshop("publisher");
    Workshop user = node.workshop("user");
    byte[] module = Guests.saying("installed");
    assertThat(publisher.publish(module).status()).isEqualTo(201);
    offer(publisher, module, "{\"visibility\":\"public\"}");
    Answered found = user.request("GET", "/search?q=publisher/module").operator().send();
    assertThat(found.json().at("/items/0/digest").asText())
        .isEqualTo(ModuleDigest.of(module).toString());
    assertThat(install(user, "publisher/module@1.1").status()).isEqualTo(201);
    assertThat(deploy(user).status()).isEqualTo(201);

    assertThat(node.request("DELETE", "/v1/tenants/publisher").operator().send().status())
        .isEqualTo(204);

    assertThat(user.call("POST", "mask").body("").send().text()).isEqualTo("installed");
    assertThat(deploy(user).status()).isEqualTo(201);
    assertThat(user.request("GET", "/search").operator().send().json().path("items")).isEmpty();
    assertThat(install(user, "publisher/module@1.1").problem()).isEqualTo("404 not-found gateway");
    String signatures = "/modules/" + ModuleDigest.of(module) + "/signatures";
    assertThat(
            user.request("GET", signatures)
                .operator()
                .send()
                .json()
                .at("/items/0/isPublisherGone")
                .asBoolean())
        .isTrue();
  }

  /** What is private answers as what is not there: the same status, the same words. */
  @Test
  void whatIsPrivate_cannotBeToldFromWhatIsNotThere() {
    Workshop secret = node.workshop("secretive");
    Workshop curious = node.workshop("curious");
    assertThat(secret.publish(Guests.saying("secret")).status()).isEqualTo(201);
    String token = curious.token("developer");

    Answered isPrivate = installAs(token, "secretive/module@1.1");
    Answered isUnknown = installAs(token, "secretive/module@1.2");
    Answered ofNobody = installAs(token, "nobodyelse/module@1.1");

    assertThat(isPrivate.problem()).isEqualTo("404 not-found gateway");
    assertThat(isUnknown.problem()).isEqualTo(isPrivate.problem());
    assertThat(ofNobody.problem()).isEqualTo(isPrivate.problem());
    assertThat(isUnknown.json().path("detail").asText().replace("@1.2", "@1.1"))
        .isEqualTo(isPrivate.json().path("detail").asText());
    for (String path : new String[] {"/search?q=secretive", "/search?q=module"}) {
      assertThat(node.request("GET", curious.path(path)).token(token).send().json().path("items"))
          .isEmpty();
    }
    assertThat(node.request("GET", secret.path("/search")).token(token).send().problem())
        .isEqualTo("404 not-found gateway");
  }

  @Test
  void sharedWith_tooMany_isRefusedAndChangesNothing() {
    Workshop generous = node.workshop("generous");
    byte[] module = Guests.saying("shared");
    assertThat(generous.publish(module).status()).isEqualTo(201);
    for (int tenants : new int[] {101, 4_000, 10_000}) {
      String names =
          IntStream.range(0, tenants)
              .mapToObj(i -> "\"t" + i + "\"")
              .collect(Collectors.joining(","));
      Answered refused =
          put(generous, module, "{\"visibility\":\"shared-with\",\"sharedWith\":[" + names + "]}");
      assertThat(refused.problem())
          .as("%d tenants", tenants)
          .isEqualTo(
              tenants < 10_000 ? "400 invalid-request gateway" : "413 body-too-large gateway");
    }
    for (String body :
        new String[] {
          "{\"visibility\":\"shared-with\"}",
          "{\"visibility\":\"shared-with\",\"sharedWith\":[]}",
          "{\"visibility\":\"shared-with\",\"sharedWith\":[\"*\"]}",
          "{\"visibility\":\"shared-with\",\"sharedWith\":[\"UPPER\"]}",
          "{\"visibility\":\"public\",\"sharedWith\":[\"user\"]}",
          "{\"visibility\":\"everybody\"}"
        }) {
      assertThat(put(generous, module, body).problem())
          .as(body)
          .isEqualTo("400 invalid-request gateway");
    }
    assertThat(
            generous
                .request("GET", "/modules/" + ModuleDigest.of(module) + "/visibility")
                .operator()
                .send()
                .text())
        .isEqualTo("{\"visibility\":\"private\"}");
  }

  @Test
  void install_malformedNames_areRefused() {
    Workshop user = node.workshop("sloppy");
    for (String name :
        new String[] {"mask", "a/b", "../x@1", "a/b@", "A/b@1", "a/b@1/c", "%00/b@1"}) {
      assertThat(install(user, name).problem()).as(name).isEqualTo("400 invalid-request gateway");
    }
  }

  private static void offer(Workshop workshop, byte[] module, String visibility) {
    assertThat(put(workshop, module, visibility).status()).isEqualTo(200);
  }

  private static Answered put(Workshop workshop, byte[] module, String visibility) {
    return workshop
        .request("PUT", "/modules/" + ModuleDigest.of(module) + "/visibility")
        .operator()
        .json(visibility)
        .send();
  }

  private static Answered install(Workshop workshop, String module) {
    return workshop
        .request("POST", "/install")
        .operator()
        .json("{\"module\":\"" + module + "\"}")
        .send();
  }

  private static Answered installAs(String token, String module) {
    return node.request("POST", "/v1/tenants/curious/install")
        .token(token)
        .json("{\"module\":\"" + module + "\"}")
        .send();
  }

  private static Answered deploy(Workshop workshop) {
    return workshop.deploy(
        "mask",
        """
        apiVersion: leat/v1
        kind: Function
        metadata: {name: mask}
        spec:
          module: publisher/module@1.1
          contract: handler
          route: {auth: public}
        """);
  }
}
