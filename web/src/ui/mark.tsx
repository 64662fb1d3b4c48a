/** The product's mark: the water, and above it the line that the tide reached. */
export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" className="mark-ground" />
      <g fill="none" className="mark-lines" strokeLinecap="round">
        <path d="M6 11.5h20" strokeWidth="2.4" strokeDasharray="3.2 3.6" opacity=".75" />
        <path d="M6 21c3.3 0 3.3-4 6.7-4s3.3 4 6.6 4 3.4-4 6.7-4" strokeWidth="2.8" />
      </g>
    </svg>
  );
}
