package dev.leat.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.contract.Change;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.TenantId;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ChangeTextTest {
  private static final TenantId LONGEST = new TenantId("a".repeat(63));

  /** One of each kind, as long as it can be. */
  private static final List<Change> ALL =
      List.of(
          new Change.TenantChanged(LONGEST),
          new Change.TokenRevoked("3f9d1c1e-58a8-4b0c-9a67-2f0d8d3c2b11"),
          new Change.TokensRevoked(LONGEST),
          new Change.IssuersChanged(LONGEST),
          new Change.ConnectionsChanged(LONGEST),
          new Change.QuotaChanged(LONGEST),
          new Change.DefaultQuotaChanged(),
          new Change.SigningKeyChanged(),
          new Change.PublisherKeyChanged(LONGEST, "k".repeat(100)),
          new Change.PublisherKeysForgotten(LONGEST),
          new Change.TrustChanged(LONGEST),
          new Change.RouteChanged(new FunctionRef(LONGEST, new FunctionName("f".repeat(63)))),
          new Change.RoutesForgotten(LONGEST),
          new Change.PermissionsChanged(new FunctionRef(LONGEST, new FunctionName("f".repeat(63)))),
          new Change.PermissionsForgotten(LONGEST),
          new Change.LogLevelChanged(new FunctionRef(LONGEST, new FunctionName("f".repeat(63)))),
          new Change.MemberChanged("n".repeat(63)),
          new Change.SecretChanged(LONGEST, "n".repeat(63)),
          new Change.AssignmentChanged(new FunctionRef(LONGEST, new FunctionName("f".repeat(63)))));

  @Test
  void everyChange_asTextAndBack_isTheSameAndFits() {
    assertThat(ALL.stream().<Class<?>>map(Change::getClass))
        .containsExactlyInAnyOrder(Change.class.getPermittedSubclasses());
    assertThat(ALL.stream().map(change -> ChangeText.of(change).kind())).doesNotHaveDuplicates();
    for (Change change : ALL) {
      ChangeText text = ChangeText.of(change);
      assertThat(text.change()).contains(change);
      assertThat(text.kind()).hasSizeLessThanOrEqualTo(40);
      assertThat(text.subject()).hasSizeLessThanOrEqualTo(250);
    }
  }

  @Test
  void unknownKind_isNoChange() {
    assertThat(new ChangeText("topic", "acme orders").change()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"tenant,''", "tenant,a b", "tenant,A", "route,acme", "signing-key,x"})
  void knownKindWithAnotherSubject_isRefused(String kind, String subject) {
    assertThatThrownBy(() -> new ChangeText(kind, subject).change())
        .isInstanceOf(IllegalArgumentException.class);
  }
}
