package dev.leat.gateway.control.request;

import dev.leat.contract.AddressRange;
import dev.leat.contract.Answer;
import dev.leat.contract.Excerpt;
import dev.leat.contract.Finding;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import dev.leat.tenants.AllowedPowers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The powers that a tenant may grant from now on.
 *
 * @param allow their words; null for all
 * @param privateAddresses that its functions may reach by HTTP; null for none
 */
public record PowersChange(@Nullable List<String> allow, @Nullable List<String> privateAddresses) {
  public Answer<AllowedPowers> powers() {
    List<AddressRange> addresses = new ArrayList<>();
    List<Finding> findings = new ArrayList<>();
    List<String> written = privateAddresses == null ? List.of() : privateAddresses;
    for (int i = 0; i < written.size(); i++) {
      Optional<AddressRange> address = AddressRange.of(written.get(i));
      address.ifPresent(addresses::add);
      if (address.isEmpty()) {
        findings.add(
            new Finding(
                "privateAddresses[" + i + "]",
                "must be %s; was '%s'".formatted(AddressRange.FORM, Excerpt.of(written.get(i)))));
      }
    }
    AllowedPowers words = allow == null ? AllowedPowers.ALL : AllowedPowers.only(Set.copyOf(allow));
    return findings.isEmpty()
        ? Answer.done(words.withPrivate(addresses))
        : Answer.refused(Problem.of(ProblemCode.INVALID_REQUEST, "The change of powers", findings));
  }
}
