/** The contract: what the API promises, resource by resource. */
import { memo, useMemo } from "react";
import type { Contract, Ref, Resource } from "../../events.gen";
import { isRef } from "../../stream/types";
import { count } from "../../ui/format";
import styles from "./contract-tab.module.css";
import { kindOf, needOf, operationCount, operationsOf } from "./describe";

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
  const { resources } = promised;
  return (
    <div className={styles["contract"]} tabIndex={0} role="region" aria-label="Contract">
      <h2>{promised.title}</h2>
      <p className={styles["lead"]}>
        {promised.description ? `${promised.description} ` : ""}
        {count(resources.length, "resource")}, {count(operationCount(promised), "operation")}.
      </p>
      {notMade.length > 0 && (
        <p className={styles["notMade"]}>
          Not made: {notMade.join(", ")}. These answer 501 until somebody writes them.
        </p>
      )}
      {resources.map((resource) => (
        <ResourcePart key={resource.name} resource={resource} />
      ))}
    </div>
  );
});

function ResourcePart({ resource }: { resource: Resource }) {
  const name = resource.plural.replaceAll("_", " ");
  return (
    <section className={styles["resource"]} aria-label={name}>
      <h3>{name}</h3>
      {resource.description && <p className={styles["lead"]}>{resource.description}</p>}
      <ul className={styles["operations"]}>
        {operationsOf(resource).map(({ method, path, says }) => (
          <li key={`${method} ${path}`}>
            <span className={styles["method"]} data-method={method}>
              {method}
            </span>
            <code>{path}</code>
            <span className={styles["says"]}>{says}</span>
          </li>
        ))}
      </ul>
      <div className={styles["wide"]}>
        <table>
          <thead>
            <tr>
              <th scope="col">Field</th>
              <th scope="col">Takes</th>
              <th scope="col">Need</th>
            </tr>
          </thead>
          <tbody>
            {resource.fields.map((field) => (
              <tr key={field.name}>
                <th scope="row">
                  <code>{field.name}</code>
                </th>
                <td>
                  {kindOf(field)}
                  {field.description && <span className={styles["says"]}> {field.description}</span>}
                </td>
                <td>{needOf(field)}</td>
              </tr>
            ))}
            <tr className={styles["given"]}>
              <th scope="row">
                <code>id, created_at</code>
              </th>
              <td>number, date and time</td>
              <td>given by the server</td>
            </tr>
          </tbody>
        </table>
      </div>
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
