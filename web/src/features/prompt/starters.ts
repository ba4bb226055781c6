/** Prompts to begin with. */
export const starters: readonly { name: string; prompt: string }[] = [
  { name: "Todo list", prompt: "Create a simple todo API with CRUD operations" },
  {
    name: "Recipes",
    prompt: "A recipe API. A recipe has a title, servings, minutes and optional notes",
  },
  {
    name: "Library",
    prompt:
      "A library API. A book has a title, an author, an ISBN and a year of publication. " +
      "A member has a name, an email and the date they joined",
  },
  {
    name: "Shop",
    prompt:
      "A shop API. A product has a name, a price, a stock quantity and an optional description. " +
      "An order has a customer email, a total and a status: new, paid, shipped or cancelled",
  },
];
