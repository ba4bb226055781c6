/** The contract: what the API promises, resource by resource. */
import { memo, useMemo } from "react";
import type { Contract, Ref } from "../../events.gen";
import { isRef } from "../../stream/types";
import { count } from "../../ui/format";
import styles from "./contract-tab.module.css";
import { notMadeOf } from "./describe";
import { OperationList } from "./operation-list";
import { accountOperations, computations, operationCount } from "./operations";
import { ResourcePart } from "./resource-part";
import { accountsOf } from "./rules";

interface Props {
  contract: Contract | Ref | null;
  notMade: readonly string[];
  resolve: (value: string | Ref) => string | undefined;
}

export function ContractTab({ contract, notMade, resolve }: Props) {
  const promised = useResolved(contract, resolve);
  if (promised) return <Promised promised={promised} notMade={notMade} />;
  return (
    <p className={styles["empty"]}>
      {contract ? "Loading the contract…" : "The contract appears here once the API is planned."}
    </p>
  );
}

interface PromisedProps {
  promised: Contract;
  notMade: readonly string[];
}

const Promised = memo(function Promised({ promised, notMade }: PromisedProps) {
  const { resources, accounts } = promised;
  const computed = computations(promised);
  return (
    <div className={styles["contract"]} tabIndex={0} role="region" aria-label="Contract">
      <h2>{promised.title}</h2>
      <p className={styles["lead"]}>
        {promised.description ? `${promised.description} ` : ""}
        {count(resources.length, "resource")}, {count(operationCount(promised), "operation")}.
        {accounts ? "" : " There are no accounts: anyone may use all of them."}
      </p>
      <NotMade promised={promised} notMade={notMade} />
      {accounts && (
        <section className={styles["resource"]} aria-label="accounts">
          <h3>accounts</h3>
          <p className={styles["lead"]}>{accountsOf(accounts).join(" ")}</p>
          <OperationList operations={accountOperations(promised)} guarded />
        </section>
      )}
      {resources.map((resource) => (
        <ResourcePart key={resource.name} resource={resource} contract={promised} />
      ))}
      {computed.length > 0 && (
        <section className={styles["resource"]} aria-label="computations">
          <h3>computations</h3>
          <OperationList operations={computed} guarded={Boolean(accounts)} />
        </section>
      )}
    </div>
  );
});

/** What was asked for and is not there, said before anything else. */
function NotMade({ promised, notMade }: PromisedProps) {
  const told = notMadeOf(promised, notMade);
  if (told.length === 0) return null;
  return (
    <section className={styles["notMade"]} aria-label="Not made">
      <h3>Not made</h3>
      <ul>
        {told.map(({ what, path }) => (
          <li key={what}>
            {what}
            {path && (
              <span className={styles["says"]}>
                {" "}
                <code>POST {path}</code> answers 501
              </span>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** A contract too large for its event is fetched by its hash; null until it is there. */
function useResolved(contract: Contract | Ref | null, resolve: Props["resolve"]): Contract | null {
  const text = isRef(contract) ? resolve(contract) : undefined;
  return useMemo(() => {
    if (!isRef(contract)) return contract;
    return text === undefined ? null : (JSON.parse(text) as Contract);
  }, [contract, text]);
}
