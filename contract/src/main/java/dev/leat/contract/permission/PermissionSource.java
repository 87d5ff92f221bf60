package dev.leat.contract.permission;

import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Grant;
import dev.leat.contract.TenantId;
import java.util.Optional;

/** What functions may ask of the host at this moment. Never blocks; any thread. */
public interface PermissionSource {
  /** Manifests alone, for who runs functions without a registry. */
  PermissionSource OF_MANIFESTS =
      new PermissionSource() {
        @Override
        public long revision() {
          return 0;
        }

        @Override
        public Permits of(FunctionVersion version) {
          return Permits.of(version.grants(), Optional.empty(), Grant.WORDS);
        }

        @Override
        public boolean isGone(TenantId tenant, long since) {
          return false;
        }
      };

  /** Another number after each change of anything: who knows it need not ask again. */
  long revision();

  /** What the version may. Mostly the same object as long as nothing that concerns it changes. */
  Permits of(FunctionVersion version);

  /**
   * Whether the tenant was deleted after that revision: what has been running since then is not of
   * a tenant that has its name now.
   */
  boolean isGone(TenantId tenant, long since);
}
