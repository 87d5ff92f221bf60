package dev.leat.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.tenants.Access;
import dev.leat.tenants.Access.Right;
import dev.leat.tenants.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/OPERATING.md says of each right which roles give it. */
class RolesTest {
  @Test
  void everyRightIsDocumented_withItsRoles() throws IOException {
    List<String> documented = Files.readAllLines(Path.of("../../docs/OPERATING.md"));

    assertThat(documented).contains("| may |" + cells(role -> " `" + role + "` |"));
    assertThat(Stream.of(Right.values()).map(RolesTest::row))
        .allSatisfy(row -> assertThat(documented).contains(row));
  }

  private static String row(Right right) {
    List<Role> roles = Access.rolesWith(right);
    return "| %s |%s".formatted(what(right), cells(role -> roles.contains(role) ? " yes |" : " |"));
  }

  private static String cells(Function<Role, String> cell) {
    return Stream.of(Role.values()).map(cell).collect(Collectors.joining());
  }

  private static String what(Right right) {
    return switch (right) {
      case ADMINISTER_PLATFORM ->
          "create, list, suspend and delete tenants; set quotas; add and remove issuers; rotate"
              + " the signing key; read `/metrics` from another host";
      case ADMINISTER_TENANT -> "issue, list and revoke the tenant's tokens; set its trust policy";
      case DEVELOP ->
          "register and revoke keys; publish, share and install modules; deploy and delete"
              + " functions";
      case READ -> "see the tenant's functions, modules, keys, quotas and invocations";
      case INVOKE -> "call functions";
    };
  }
}
