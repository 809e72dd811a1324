declare module "@alpinejs/csp" {
  /** What we use of Alpine; the package brings no types of its own. */
  interface Alpine {
    data(name: string, component: () => object): void;
    start(): void;
  }
  const alpine: Alpine;
  export default alpine;
}
